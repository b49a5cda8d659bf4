/** Records that a device authorization has expired, so that a clock set back does not revive it (L08). */
import { ended } from './device-authorization.ts'
import type { DeviceAuthorization } from './rows.ts'
import type { AuthTx } from './store.ts'

/** Records the end of an expired row. The caller must hold its lock. */
export async function recordExpiry(tx: AuthTx, row: DeviceAuthorization, now: Date): Promise<void> {
  const next = ended(row, now)
  if (next) await tx.saveDeviceAuthorization(next)
}
