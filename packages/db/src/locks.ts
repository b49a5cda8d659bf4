/** The advisory locks of a node's database, held until the end of a transaction. All processes use the same numbers. */
import type { Connections } from './connections.ts'
import type { Query } from './query.ts'

/** Held while migrations run, so that processes that start together migrate once. */
export const migrationLock = 6_791_701
/** Held while signing keys are created, so that all processes together create one new key. */
export const signingKeyLock = 6_791_702
/** Held by the process that sweeps. */
export const sweepLock = 6_791_703

/** Held briefly to check whether locks exclude other connections. */
const probeLock = 6_791_705

/** First key of the locks on conventions' addresses, which can be locked before a row has them. */
const addressLocks = 6_791_704

/** Waits for the lock on a convention's address. */
export async function lockAddress(query: Query, slug: string): Promise<void> {
  const lock = query.selectNoFrom(({ cast, fn, val }) =>
    fn('pg_advisory_xact_lock', [cast<number>(val(addressLocks), 'integer'), fn('hashtext', [val(slug)])]).as('taken'),
  )
  await lock.execute()
}

/** Waits for the lock. */
export async function takeLock(query: Query, lock: number): Promise<void> {
  await query.selectNoFrom(({ fn, val }) => fn('pg_advisory_xact_lock', [val(lock)]).as('taken')).execute()
}

/** Takes the lock if it is free, and resolves to whether it did. */
export async function tryLock(query: Query, lock: number): Promise<boolean> {
  const statement = query.selectNoFrom(({ fn, val }) =>
    fn<boolean>('pg_try_advisory_xact_lock', [val(lock)]).as('taken'),
  )
  return (await statement.executeTakeFirst())?.taken === true
}

/** Whether a lock held by one transaction excludes another: engines that only speak PostgreSQL's protocol may grant it to both. */
export const doLocksHold = ({ transaction, run }: Connections): Promise<boolean> =>
  transaction(async ({ query }) => {
    await takeLock(query, probeLock)
    return !(await run(({ query: other }) => tryLock(other, probeLock)))
  })
