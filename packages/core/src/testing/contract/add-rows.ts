/** Adds the rows that most tests of the suite need first. */
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

/** Returns the ids of rows in descending order: how rows of the same instant are listed. */
export const idsDown = (rows: readonly { readonly id: string }[]): string[] =>
  rows
    .map(({ id }) => id)
    .sort()
    .reverse()
