/**
 * Hears decisions on PostgreSQL: one connection a process, outside the pool, since a listening connection has to stay the same. Lost, it
 * is made again. It needs a session of its own: a pooler in transaction mode gives it none, and terminals are told at their polls then.
 */
import pg from 'pg'
import { type ChannelHearing, decisionChannel } from './decision-channel.ts'

const firstPauseMs = 250
const longestPauseMs = 30_000

export const postgresHearing = (options: { databaseUrl: string; log: (line: string) => void }): ChannelHearing => {
  const { databaseUrl, log } = options
  let client: pg.Client | null = null
  let retry: NodeJS.Timeout | undefined
  let pauseMs = firstPauseMs
  let isStopped = false

  const connect = async (ear: Parameters<ChannelHearing['start']>[0]): Promise<void> => {
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
      // not all at once: the processes of a node lose a database together
      retry = setTimeout(() => void connect(ear), pauseMs * (0.5 + Math.random())).unref()
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    }
    next.on('error', ({ message }) => log(`the connection that hears decisions broke: ${message}`))
    next.on('end', lost)
    next.on('notification', ({ payload }) => ear.onPayload(payload ?? ''))
    try {
      await next.connect()
      await next.query(`listen ${decisionChannel}`)
      pauseMs = firstPauseMs
      ear.onHearing()
    } catch (error) {
      log(`decisions cannot be heard: ${error instanceof Error ? error.message : error}`)
      lost()
      await next.end().catch(() => undefined) // it never was connected, or is broken: nothing is left to end
    }
  }

  return {
    start: (ear) => void connect(ear),
    async stop() {
      isStopped = true
      clearTimeout(retry)
      await client?.end().catch(() => undefined) // a connection that broke at this moment has ended as well
    },
  }
}
