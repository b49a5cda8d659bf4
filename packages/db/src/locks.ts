/** The advisory locks of a node's database, held to the end of a transaction: numbers that all its processes agree on. */
import type { Connections } from './connections.ts'
import type { Query } from './query.ts'

/** Held while migrations run, so that processes starting together migrate once. */
export const migrationLock = 6_791_701
/** Held while signing keys are made, so that there is one new key and not one a process. */
export const signingKeyLock = 6_791_702
/** Held by the one process that sweeps. */
export const sweepLock = 6_791_703

/** Held for a moment to see whether locks hold. */
const probeLock = 6_791_705

/** Before the text that follows it, so that an address of a convention can be locked while no row has it yet. */
const addressLocks = 6_791_704

/** Waits for the lock of a convention's address. */
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

/** Whether the lock could be taken without waiting. */
export async function tryLock(query: Query, lock: number): Promise<boolean> {
  const statement = query.selectNoFrom(({ fn, val }) =>
    fn<boolean>('pg_try_advisory_xact_lock', [val(lock)]).as('taken'),
  )
  return (await statement.executeTakeFirst())?.taken === true
}

/** Whether a lock that one transaction holds keeps out another one: engines that only speak PostgreSQL's protocol may say yes to both. */
export const doLocksHold = ({ transaction, run }: Connections): Promise<boolean> =>
  transaction(async ({ query }) => {
    await takeLock(query, probeLock)
    return !(await run(({ query: other }) => tryLock(other, probeLock)))
  })
