/**
 * Adds the rows that most tests need first, through the store's own operations. The audit events of these have the name `session.revoke` and a time
 * in the far future, so that tests can tell them from their own and the sweep leaves them.
 */
import type { DeviceAuthorization, LinkedIdentity, RefreshFamily, User } from '../../auth/rows.ts'
import type { AuthStore } from '../../auth/store.ts'
import { atSecond, sampleAuditEvent, sampleDevice, sampleFamily, sampleIdentity, sampleUser } from '../sample-rows.ts'

const farFuture = atSecond(1e9)
const setupEvent = () => sampleAuditEvent({ event: 'session.revoke', at: farFuture })

/** Starts a device authorization with this row, in whatever state. Throws if one of its codes is taken. */
export async function addDevice(
  store: AuthStore,
  changes: Partial<DeviceAuthorization> = {},
): Promise<DeviceAuthorization> {
  const device = sampleDevice(changes)
  if (!(await store.startDeviceAuthorization({ device, codeRestsUntil: farFuture, event: setupEvent() })))
    throw new Error('one of the codes is taken')
  return device
}

export async function addPerson(
  store: AuthStore,
  changes: Partial<User> = {},
): Promise<{ user: User; identity: LinkedIdentity }> {
  const user = sampleUser(changes)
  const identity = sampleIdentity(user)
  await store.transaction((tx) => tx.insertUser(user, identity))
  return { user, identity }
}

/** Redeems a code for a family with this row, in whatever state. */
export async function addFamily(
  store: AuthStore,
  user: User,
  changes: Partial<RefreshFamily> = {},
): Promise<{ family: RefreshFamily }> {
  const family = sampleFamily(user, changes)
  const read = await addDevice(store, { status: 'authorized', claimedByUserId: user.id, expiresAt: farFuture })
  const next: DeviceAuthorization = { ...read, status: 'consumed', familyId: family.id }
  await store.redeemDeviceAuthorization({ read, next, family, event: setupEvent() })
  return { family }
}

/** Returns the ids of rows in descending order: how rows of the same instant are listed. */
export const idsDown = (rows: readonly { readonly id: string }[]): string[] =>
  rows
    .map(({ id }) => id)
    .sort()
    .reverse()
