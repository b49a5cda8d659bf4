/**
 * Cancellation, deadlines, typed errors, and a log of retries.
 *
 *     OSA_NODE=https://archive.example.org node cancellation.ts
 */
import { createOsaClient, OsaError } from '@osa/sdk'

const { OSA_NODE, DEADLINE_MS = '5000' } = process.env
if (!OSA_NODE) throw new Error('Set OSA_NODE to the address of the node')

const stop = new AbortController()
process.once('SIGINT', () => stop.abort())

const osa = createOsaClient({
  server: OSA_NODE,
  auth: { type: 'none' },
  signal: stop.signal,
  onEvent: (event) => {
    if (event.type === 'retry') console.error(`${event.procedure}: ${event.code}, again in ${event.delayMs} ms`)
  },
})

try {
  const info = await osa.server.info.query(undefined, { signal: AbortSignal.timeout(Number(DEADLINE_MS)) })
  console.log(`${info.name} ${info.version}`)
} catch (error) {
  if (!(error instanceof OsaError)) throw error
  switch (error.code) {
    case 'aborted':
      break
    case 'timeout':
    case 'connection_refused':
      console.error(`${error.message} (try again)`)
      process.exitCode = 7
      break
    case 'rate_limited':
      console.error(`Come back in ${(error.retryAfterMs ?? 1000) / 1000} s`)
      process.exitCode = 8
      break
    default:
      throw error
  }
}
