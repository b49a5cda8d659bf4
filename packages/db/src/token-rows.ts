/** Refresh-token families, their tokens, and signing keys inside a transaction. */
import type { AuthTx } from '@osa/core'
import type { DeviceRows } from './device-rows.ts'
import { endSignIns } from './end-sign-ins.ts'
import { isId } from './identifier.ts'
import { signingKeyLock } from './locks.ts'
import type { PeopleRows } from './people-rows.ts'
import type { Sql } from './sql.ts'
import { tables } from './tables.ts'

export type TokenRows = Omit<AuthTx, keyof DeviceRows | keyof PeopleRows | 'appendAuditEvent' | 'putSwitch'>

const { refreshFamilies, refreshTokens, signingKeys } = tables

/** Oldest first: the order that keys are published and chosen in. */
export const signingKeyOrder = 'true order by created_at, kid'

const familyOfToken = 'id = (select family_id from refresh_tokens where token_hash = $1)'
const tokenAndSuccessor = 'token_hash = $1 or id = (select successor_id from refresh_tokens where token_hash = $1)'

export const tokenRows = (sql: Sql): TokenRows => ({
  async lockRefreshToken(hash) {
    const family = await refreshFamilies.lockFirst(sql, familyOfToken, [hash])
    if (!family) return null
    // a statement of its own: only what starts after the lock is granted sees what the lock's last holder wrote
    const rows = await refreshTokens.findAll(sql, tokenAndSuccessor, [hash])
    const token = rows.find(({ tokenHash }) => tokenHash === hash)
    return token ? { token, family, successor: rows.find(({ id }) => id === token.successorId) ?? null } : null
  },
  async lockRefreshFamily(id) {
    return isId(id) ? refreshFamilies.lockFirst(sql, 'id = $1', [id]) : null
  },
  insertRefreshFamily: (row) => refreshFamilies.insert(sql, row),
  saveRefreshFamily: (row) => refreshFamilies.save(sql, row),
  insertRefreshToken: (row) => refreshTokens.insert(sql, row),
  saveRefreshToken: (row) => refreshTokens.save(sql, row),
  endSignIns: endSignIns(sql),
  async revokeRefreshFamilies({ userId, revokedAt, because }) {
    if (userId !== null && !isId(userId)) return 0
    // in one order, as all who lock two families do
    const whose = userId === null ? '' : 'and user_id = $3'
    const text = `
with live as (select id from refresh_families where revoked_at is null ${whose} order by id for no key update)
update refresh_families set revoked_at = $1, revoked_because = $2 from live where refresh_families.id = live.id`
    const result = await sql(text, [revokedAt, because, ...(userId === null ? [] : [userId])])
    return result.affectedRows
  },
  async lockSigningKeys() {
    await sql('select pg_advisory_xact_lock($1)', [signingKeyLock])
    return signingKeys.findAll(sql, signingKeyOrder, [])
  },
  insertSigningKey: (row) => signingKeys.insert(sql, row),
  saveSigningKey: (row) => signingKeys.save(sql, row),
})
