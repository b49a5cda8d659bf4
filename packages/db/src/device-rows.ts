/** The part of `AuthTx` for device authorizations and login transactions. */
import type { DeviceTx } from '@osa/core'
import { isUuid } from '@osa/core'
import type { Unit } from './connections.ts'
import { decisionChannel } from './decision-channel.ts'
import { LoginTransactionEntity } from './entities/login-transaction.ts'
import { saved } from './query.ts'

export function deviceRows({ em, query }: Unit): DeviceTx {
  const lockDevice = () => query.selectFrom('device_authorizations').selectAll().forNoKeyUpdate()
  return {
    async lockDeviceAuthorizationByUserCodeHash(hash) {
      return (await lockDevice().where('userCodeHash', '=', hash).executeTakeFirst()) ?? null
    },
    async lockDeviceAuthorization(id) {
      return isUuid(id) ? ((await lockDevice().where('id', '=', id).executeTakeFirst()) ?? null) : null
    },

    saveDeviceAuthorization: ({ id, ...row }) =>
      saved(query.updateTable('device_authorizations').set(row).where('id', '=', id)),
    async announceDecision(deviceCodeHash) {
      await query
        .selectNoFrom(({ fn, val }) => fn('pg_notify', [val(decisionChannel), val(deviceCodeHash)]).as('told'))
        .execute()
    },
    async insertLoginTransaction(row) {
      await query.insertInto('login_transactions').values(row).execute()
    },
    async takeLoginTransaction({ stateHash, browserHash }) {
      const taken = query
        .updateTable('login_transactions')
        .set({ taken: true })
        .where('stateHash', '=', stateHash)
        .where('browserHash', '=', browserHash)
        .where('taken', '=', false)
        .returningAll()
      return (await taken.executeTakeFirst()) ?? null
    },
    async finishLoginTransaction(id) {
      return (await em.nativeDelete(LoginTransactionEntity, { id })) === 1
    },
  }
}
