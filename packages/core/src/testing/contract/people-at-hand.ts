/** Rows that most tests of the contract need to be there first. */
import type { LinkedIdentity, RefreshFamily, User } from '../../auth/rows.ts'
import type { AuthStore } from '../../auth/store.ts'
import { sampleFamily, sampleIdentity, sampleUser } from '../sample-rows.ts'

export async function addPerson(
  store: AuthStore,
  changes: Partial<User> = {},
): Promise<{ user: User; identity: LinkedIdentity }> {
  const user = sampleUser(changes)
  const identity = sampleIdentity(user)
  await store.transaction((tx) => tx.insertUser(user, identity))
  return { user, identity }
}

export async function addFamily(
  store: AuthStore,
  user: User,
  changes: Partial<RefreshFamily> = {},
): Promise<{ family: RefreshFamily }> {
  const family = sampleFamily(user, changes)
  await store.transaction((tx) => tx.insertRefreshFamily(family))
  return { family }
}
