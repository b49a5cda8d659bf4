/** Puts on record that a device authorization's time is up: from then on it stays up, whatever a clock says (L08). */
import { ended } from './device-authorization.ts'
import type { AuthTx } from './ports.ts'
import type { DeviceAuthorization } from './rows.ts'

/** To be called under the row's lock by whoever refuses it for its age. Writes once. */
export const noteEnd = async (tx: AuthTx, row: DeviceAuthorization, now: Date): Promise<void> => {
  const next = ended(row, now)
  if (next) await tx.saveDeviceAuthorization(next)
}
