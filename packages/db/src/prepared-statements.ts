/**
 * Lets PostgreSQL parse and plan each of our statements once a connection instead of at every call, which more than halves what a poll
 * costs it. Statements are prepared under a name made from their text. A pooler that hands a connection on after each transaction may
 * know nothing of them (PgBouncer before 1.21, or with `max_prepared_statements = 0`): where that shows, nothing is prepared any more.
 */
import { createHash } from 'node:crypto'
import type { Pool, PoolClient } from 'pg'

const names = new Map<string, string>()

/** A name within PostgreSQL's 63 bytes. Lists of any length are one parameter (`= any`), so the texts, and the map, have an end. */
function nameOf(text: string): string {
  const known = names.get(text)
  if (known !== undefined) return known
  const name = createHash('sha256').update(text).digest('hex').slice(0, 32)
  names.set(text, name)
  return name
}

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? ''

/** Whether an error is `duplicate_prepared_statement` or `invalid_sql_statement_name`: what was prepared is on another connection. */
const isMisplaced = (error: unknown): boolean => ['42P05', '26000'].includes(codeOf(error))

/**
 * Not done, and worth beginning again at once: outdated preparation (0A000) or a read-only session (25006), where another connection may do,
 * and a serialization failure (40001). Not a deadlock (40P01): it would be a defect in the order of our locks, and tests must see it.
 */
const isUndone = (error: unknown): boolean => isMisplaced(error) || ['0A000', '25006', '40001'].includes(codeOf(error))

/**
 * For MikroORM's `driverOptions.onPoolCreated`. Prepares until a pooler mixes connections up, which `log` hears of once. A statement that
 * suffered from it was refused: `againIfUndone` begins its work again.
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

const maxAttempts = 3

/** Begins work again, twice at most, where it was refused and undone for no fault of its own. */
export async function againIfUndone<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === maxAttempts || !isUndone(error)) throw error
    }
  }
}
