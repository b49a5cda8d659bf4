/** A plugin for the bundlers of the SDK and of the command. */
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const mark = '?stream'
const client = fileURLToPath(import.meta.resolve('@trpc/client'))

/**
 * Gives subscriptions their own copy of tRPC's client, of which only the used parts are kept. tRPC has its client and all of its links in one
 * file, and bundlers split by file: without the copy, pages and commands without subscriptions would also load the code for event streams.
 */
export const streamCopy = {
  name: 'stream-copy',
  resolveId: {
    // runs before dependencies are marked as external
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
