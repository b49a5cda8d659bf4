/** Starts the fixed-answer server as a process of its own, so that it shares no event loop with the load. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export const startYardstick = async (): Promise<AsyncDisposable & { url: string }> => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'fixed-answer.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /ready at (\S+)/.exec(line)?.[1]
    if (url === undefined) continue
    return {
      url,
      [Symbol.asyncDispose]: async () => {
        child.kill()
      },
    }
  }
  throw new Error('the yardstick did not start')
}
