/** Device authorizations and login transactions inside a transaction. */
import type { AuthTx } from '@osa/core'
import { decisionChannel } from './decision-channel.ts'
import { isId } from './identifier.ts'
import type { Sql } from './sql.ts'
import { tables } from './tables.ts'

export type DeviceRows = Pick<
  AuthTx,
  | 'lockDeviceAuthorizationByDeviceCodeHash'
  | 'lockDeviceAuthorizationByUserCodeHash'
  | 'lockDeviceAuthorization'
  | 'reserveUserCode'
  | 'insertDeviceAuthorization'
  | 'saveDeviceAuthorization'
  | 'announceDecision'
  | 'insertLoginTransaction'
  | 'takeLoginTransaction'
  | 'finishLoginTransaction'
>

const { deviceAuthorizations, loginTransactions, reservedUserCodes } = tables

const takeLoginTransactionText = `
update login_transactions set taken = true where state_hash = $1 and browser_hash = $2 and not taken
returning ${loginTransactions.columns('')}`

export const deviceRows = (sql: Sql): DeviceRows => ({
  lockDeviceAuthorizationByDeviceCodeHash: (hash) =>
    deviceAuthorizations.lockFirst(sql, 'device_code_hash = $1', [hash]),
  lockDeviceAuthorizationByUserCodeHash: (hash) => deviceAuthorizations.lockFirst(sql, 'user_code_hash = $1', [hash]),
  async lockDeviceAuthorization(id) {
    return isId(id) ? deviceAuthorizations.lockFirst(sql, 'id = $1', [id]) : null
  },
  reserveUserCode: (code) => reservedUserCodes.insertUnlessTaken(sql, code),
  insertDeviceAuthorization: (row) => deviceAuthorizations.insertUnlessTaken(sql, row),
  saveDeviceAuthorization: (row) => deviceAuthorizations.save(sql, row),
  async announceDecision(deviceCodeHash) {
    await sql('select pg_notify($1, $2)', [decisionChannel, deviceCodeHash])
  },
  insertLoginTransaction: (row) => loginTransactions.insert(sql, row),
  async takeLoginTransaction({ stateHash, browserHash }) {
    const [record] = (await sql(takeLoginTransactionText, [stateHash, browserHash])).rows
    return record ? loginTransactions.read(record) : null
  },
  async finishLoginTransaction(id) {
    return (await sql('delete from login_transactions where id = $1', [id])).affectedRows === 1
  },
})
