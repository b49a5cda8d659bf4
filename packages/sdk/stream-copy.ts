/** For the bundlers of the SDK and of the command. */
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const mark = '?stream'
const client = fileURLToPath(import.meta.resolve('@trpc/client'))

/**
 * Gives the code of subscriptions a copy of tRPC's client of its own, of which only the used parts are kept. tRPC has its links in one file
 * with the client, and bundlers split by files: a page, or a command, that subscribes to nothing would load the code of event streams too.
 */
export const streamCopy = {
  name: 'stream-copy',
  resolveId: {
    // before dependencies are left to whoever installs them
    order: 'pre' as const,
    handler(source: string, importer: string | undefined) {
      const isSubscription = source === '@trpc/client' && importer?.endsWith('subscription-link.ts')
      const isWithin = source.startsWith('.') && importer?.endsWith(mark)
      if (!isSubscription && !isWithin) return null
      const file = isSubscription ? client : join(dirname(importer ?? ''), source)
      return { id: file + mark, moduleSideEffects: false }
    },
  },
  load: async (id: string) => (id.endsWith(mark) ? await readFile(id.slice(0, -mark.length), 'utf8') : null),
}
