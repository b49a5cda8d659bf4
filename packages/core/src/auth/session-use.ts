/** When a session was last used, by a refresh or by a call with its access token. */
import { type AuthDependencies, secondsAfter } from './dependencies.ts'
import type { RefreshFamily } from './rows.ts'

/** How often a call is recorded at most. The time is only shown to people, and calls are frequent. */
const noteEverySeconds = 60

export const usedAt = ({ lastUsedAt, calledAt }: RefreshFamily): Date =>
  calledAt && calledAt > lastUsedAt ? calledAt : lastUsedAt

/** Records a call, unless a use within the last minute is already recorded. */
export async function noteCall(
  { store, now }: Pick<AuthDependencies, 'store' | 'now'>,
  family: RefreshFamily,
): Promise<void> {
  const at = now()
  if (at < secondsAfter(usedAt(family), noteEverySeconds)) return
  await store.noteCall({ familyId: family.id, at, unlessAfter: secondsAfter(at, -noteEverySeconds) })
}
