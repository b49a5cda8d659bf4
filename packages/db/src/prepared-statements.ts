/**
 * Prepares statements, so that PostgreSQL parses and plans each once for a connection rather than at every call; this more than halves its
 * CPU time for a poll. The name of a prepared statement is a hash of its text. A pooler that reassigns connections after each transaction
 * may not support prepared statements (PgBouncer before 1.21, or with `max_prepared_statements = 0`). If that shows, no more are used.
 */
import { createHash } from 'node:crypto'
import type { Pool, PoolClient } from 'pg'

const names = new Map<string, string>()

/** Returns a name within PostgreSQL's limit of 63 bytes. A list is one parameter (`= any`), so the number of texts is bounded. */
function nameOf(text: string): string {
  const known = names.get(text)
  if (known !== undefined) return known
  const name = createHash('sha256').update(text).digest('hex').slice(0, 32)
  names.set(text, name)
  return name
}

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? ''

/** Whether the error is `duplicate_prepared_statement` or `invalid_sql_statement_name`: the statement was prepared on another connection. */
const isOnOtherConnection = (error: unknown): boolean => ['42P05', '26000'].includes(codeOf(error))

/**
 * Whether the work was rolled back and may be repeated at once: an outdated prepared statement (0A000) or a read-only session (25006),
 * where another connection may work, or a serialization failure (40001). Deadlocks (40P01) are not repeated: they would be a defect in the
 * order of our locks, which tests must see.
 */
const isUndone = (error: unknown): boolean =>
  isOnOtherConnection(error) || ['0A000', '25006', '40001'].includes(codeOf(error))

/**
 * For MikroORM's `driverOptions.onPoolCreated`. Prepares statements until an error shows that a pooler reassigns connections, which is
 * logged once. The failed statement was refused, and `retryIfUndone` repeats its work.
 */
export const prepareStatements =
  (log: (line: string) => void) =>
  (pool: Pool): void => {
    let isOn = true
    const notice = (error: unknown): void => {
      if (!isOn || !isOnOtherConnection(error)) return
      isOn = false
      log(
        'the pooler in front of PostgreSQL does not support prepared statements; none are used from now on, and polls cost more',
      )
    }
    pool.on('connect', (client: PoolClient) => {
      const query = client.query.bind(client) as (...call: unknown[]) => unknown
      const prepared = (first: unknown, values: unknown, ...rest: unknown[]): unknown => {
        // cursors, configuration objects and statements without values (begin, commit, migrations) pass unchanged
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

/** Runs `work`, and repeats it up to twice if it was rolled back for a reason that a repetition can avoid. */
export async function retryIfUndone<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === maxAttempts || !isUndone(error)) throw error
    }
  }
}
