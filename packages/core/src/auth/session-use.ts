/** When a session was last used: by a refresh, or by a call with an access token of it. */
import { type AuthDependencies, secondsAfter } from './dependencies.ts'
import type { RefreshFamily } from './rows.ts'

/** A call is written down at most so often: it is for people to see, and calls are many. */
const noteEverySeconds = 60

export const usedAt = ({ lastUsedAt, calledAt }: RefreshFamily): Date =>
  calledAt && calledAt > lastUsedAt ? calledAt : lastUsedAt

/** Writes a call down, unless a use of the minute before is on record. */
export async function noteCall(
  { store, now }: Pick<AuthDependencies, 'store' | 'now'>,
  family: RefreshFamily,
): Promise<void> {
  const at = now()
  if (at < secondsAfter(usedAt(family), noteEverySeconds)) return
  await store.noteCall({ familyId: family.id, at, unlessAfter: secondsAfter(at, -noteEverySeconds) })
}
