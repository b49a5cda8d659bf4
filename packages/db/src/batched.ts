/** Batchers for database statements, and one for look-ups by key. */
import { type BatcherOptions, createBatcher } from './batcher.ts'
import { mayRetryInParts } from './database-errors.ts'

/** Maximum number of rows in one statement: larger batches save nothing more, and would make callers wait. */
const maxItems = 100

/** Creates a batcher for statements. A failed batch is repeated item by item only if it is certain that it changed nothing. */
export const batched = <Item, Outcome>(options: Pick<BatcherOptions<Item, Outcome>, 'run' | 'keyOf'>) =>
  createBatcher<Item, Outcome>({ ...options, maxItems, mayRepeat: mayRetryInParts })

/** Batches look-ups by key. `find` returns the rows for the given keys in any order; each caller gets the row for its own key, or null. */
export const lookUps = <Key, Row>(find: (keys: readonly Key[]) => Promise<readonly Row[]>, keyOf: (row: Row) => Key) =>
  batched<Key, Row | null>({
    async run(keys) {
      const rows = new Map((await find(keys)).map((row) => [keyOf(row), row]))
      return keys.map((key) => rows.get(key) ?? null)
    },
  })
