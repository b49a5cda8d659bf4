/**
 * Listens for decisions on PostgreSQL over one connection for each process, outside the pool, and reconnects if it breaks. LISTEN needs a
 * session, which a pooler in transaction mode does not provide; terminals then learn of decisions when they poll.
 */
import pg from 'pg'
import { type ChannelListener, decisionChannel } from './decision-channel.ts'

const firstPauseMs = 250
const longestPauseMs = 30_000

export function postgresListener(options: { databaseUrl: string; log: (line: string) => void }): ChannelListener {
  const { databaseUrl, log } = options
  let client: pg.Client | null = null
  let retry: NodeJS.Timeout | undefined
  let pauseMs = firstPauseMs
  let isStopped = false

  const connect = async (callbacks: Parameters<ChannelListener['start']>[0]): Promise<void> => {
    const next = new pg.Client({
      connectionString: databaseUrl,
      application_name: 'osa decisions',
      connectionTimeoutMillis: 5_000,
      query_timeout: 5_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    })
    client = next
    const lost = (): void => {
      if (client !== next || isStopped) return
      client = null
      // random, so that processes that lost the database at the same time do not all reconnect at once
      retry = setTimeout(() => void connect(callbacks), pauseMs * (0.5 + Math.random())).unref()
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    }
    next.on('error', ({ message }) => log(`the connection that listens for decisions broke: ${message}`))
    next.on('end', lost)
    next.on('notification', ({ payload }) => callbacks.onPayload(payload ?? ''))
    try {
      await next.connect()
      await next.query(`listen ${decisionChannel}`)
      pauseMs = firstPauseMs
      callbacks.onListening()
    } catch (error) {
      log(`cannot listen for decisions: ${error instanceof Error ? error.message : error}`)
      lost()
      await next.end().catch(() => undefined) // never connected or already broken: nothing to close
    }
  }

  return {
    start: (callbacks) => void connect(callbacks),
    async stop() {
      isStopped = true
      clearTimeout(retry)
      await client?.end().catch(() => undefined) // a connection that just broke is closed anyway
    },
  }
}
