/**
 * Ends everything that could still become a session (L10), in the order in which a sign-in locks rows: first device authorizations, which
 * waits for a redemption under way and leaves its code redeemed, then login transactions, then browser sessions.
 */
import type { AuthTx } from '@osa/core'
import { isUuid } from '@osa/core'
import type { Unit } from './connections.ts'
import { BrowserSessionEntity } from './entities/browser-session.ts'
import { LoginTransactionEntity } from './entities/login-transaction.ts'

export const endSignIns =
  ({ em, query }: Unit): AuthTx['endSignIns'] =>
  async ({ userId, endedAt }) => {
    if (userId !== null && !isUuid(userId)) return 0
    const devices = query
      .updateTable('device_authorizations')
      .set({ endedAt })
      .where('endedAt', 'is', null)
      .where('status', 'in', ['pending', 'authorized'])
      .returning('id')
    const theirs =
      userId === null ? devices.where('claimedByUserId', 'is not', null) : devices.where('claimedByUserId', '=', userId)
    const ids = (await theirs.execute()).map(({ id }) => id)
    await em.nativeDelete(
      LoginTransactionEntity,
      userId === null ? {} : { $or: [{ taken: true }, { deviceAuthorizationId: { $in: ids } }] },
    )
    await em.nativeDelete(BrowserSessionEntity, userId === null ? {} : { userId })
    return ids.length
  }
