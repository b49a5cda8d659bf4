/**
 * Ending what may still become a session (L10): codes first, so that whoever is redeeming one is waited for and found redeemed, then
 * sign-ins under way, then browsers, in the order in which a sign-in locks them.
 */
import type { AuthTx } from '@osa/core'
import { isId } from './identifier.ts'
import type { Sql } from './sql.ts'

const endDevices = (whose: string): string => `
update device_authorizations set ended_at = $1
where ended_at is null and status in ('pending', 'authorized') and ${whose}
returning id`

export const endSignIns =
  (sql: Sql): AuthTx['endSignIns'] =>
  async ({ userId, endedAt }) => {
    if (userId === null) {
      const { affectedRows } = await sql(endDevices('claimed_by_user_id is not null'), [endedAt])
      await sql('delete from login_transactions')
      await sql('delete from browser_sessions')
      return affectedRows
    }
    if (!isId(userId)) return 0
    const { rows } = await sql<{ id: string }>(endDevices('claimed_by_user_id = $2'), [endedAt, userId])
    const ids = rows.map(({ id }) => id)
    await sql('delete from login_transactions where taken or device_authorization_id = any($1)', [ids])
    await sql('delete from browser_sessions where user_id = $1', [userId])
    return ids.length
  }
