/** Natural batches on the database: what they share, and the batcher for look-ups by a key. */
import { type BatcherOptions, createBatcher } from './batcher.ts'
import { mayBeDoneInParts } from './database-errors.ts'

/** Rows in one statement, at most: so many that more would save nothing, and so few that nobody waits for long. */
const maxItems = 100

/** A batcher for statements. A batch that failed is done one by one only where it has surely changed nothing. */
export const batched = <Item, Outcome>(options: Pick<BatcherOptions<Item, Outcome>, 'run' | 'keyOf'>) =>
  createBatcher<Item, Outcome>({ ...options, maxItems, mayRepeat: mayBeDoneInParts })

/** Look-ups by a key that go together: `find` gives the rows of any of the keys, in any order; each caller gets the one of its own, or null. */
export const lookUps = <Key, Row>(find: (keys: readonly Key[]) => Promise<readonly Row[]>, keyOf: (row: Row) => Key) =>
  batched<Key, Row | null>({
    async run(keys) {
      const rows = new Map((await find(keys)).map((row) => [keyOf(row), row]))
      return keys.map((key) => rows.get(key) ?? null)
    },
  })
