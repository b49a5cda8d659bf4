/**
 * Lets PostgreSQL parse and plan each of our statements once a connection instead of at every call, which more than halves what a poll
 * costs it. Statements are prepared under a name made from their text. A pooler that hands a connection on after each transaction may
 * know nothing of them (PgBouncer before 1.21, or with `max_prepared_statements = 0`): where that shows, nothing is prepared any more.
 */
import { createHash } from 'node:crypto'
import type { Pool, PoolClient } from 'pg'

const names = new Map<string, string>()

/** A name within PostgreSQL's 63 bytes. Lists of any length are one parameter (`= any`), so the texts, and the map, have an end. */
const nameOf = (text: string): string => {
  const known = names.get(text)
  if (known !== undefined) return known
  const name = createHash('sha256').update(text).digest('hex').slice(0, 32)
  names.set(text, name)
  return name
}

/** Whether an error is `duplicate_prepared_statement` or `invalid_sql_statement_name`: what was prepared is on another connection. */
const isMisplaced = (error: unknown): boolean => ['42P05', '26000'].includes((error as { code?: string }).code ?? '')

/**
 * For MikroORM's `driverOptions.onPoolCreated`. Prepares until a pooler mixes connections up, which `log` hears of once. A statement that
 * suffered from it was refused: `unlessMisplaced` begins its work again.
 */
export const prepareStatements =
  (log: (line: string) => void) =>
  (pool: Pool): void => {
    let isOn = true
    const notice = (error: unknown): void => {
      if (!isOn || !isMisplaced(error)) return
      isOn = false
      log(
        'a pooler in front of PostgreSQL mixes up prepared statements; from now on none are used, and polls cost more',
      )
    }
    pool.on('connect', (client: PoolClient) => {
      const query = client.query.bind(client) as (...call: unknown[]) => unknown
      const prepared = (first: unknown, values: unknown, ...rest: unknown[]): unknown => {
        // cursors and configuration objects pass unchanged, as do statements without values (begin, commit, migrations)
        if (!isOn || typeof first !== 'string' || !Array.isArray(values) || values.length === 0) {
          return query(first, values, ...rest)
        }
        const answer = query({ name: nameOf(first), text: first, values }, ...rest)
        if (answer instanceof Promise) answer.catch(notice)
        return answer
      }
      client.query = prepared as typeof client.query
    })
  }

/** Once more, where a pooler had left a prepared statement on another connection: that was refused, and nothing was done. */
export const unlessMisplaced = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (!isMisplaced(error)) throw error
    return await work()
  }
}
