/**
 * Putting on record what has ended, so that no clock revives it (L08), and removing it later (I08): one process at a time, in batches, past any row that somebody has locked. Refresh tokens go before
 * their family, so that one long-lived family never makes one huge delete.
 */
import type { AuthStore } from '@osa/core'
import { sweepLock } from './locks.ts'
import type { Sql } from './sql.ts'

type Cutoff = Parameters<AuthStore['sweep']>[0]

/** What a table loses: rows with `condition`, where `$1` is an instant. */
const endedRows = {
  device_authorizations: { condition: 'expires_at < $1', before: (cutoff: Cutoff) => cutoff.device },
  login_transactions: { condition: 'expires_at < $1', before: (cutoff: Cutoff) => cutoff.login },
  browser_sessions: { condition: 'expires_at < $1', before: (cutoff: Cutoff) => cutoff.browser },
  signing_keys: { condition: 'retires_at < $1', before: (cutoff: Cutoff) => cutoff.signingKey },
  audit_events: { condition: 'at < $1', before: (cutoff: Cutoff) => cutoff.audit },
  reserved_user_codes: { condition: 'until < $1', before: (cutoff: Cutoff) => cutoff.now },
  ended_access_tokens: { condition: 'ended_at < $1', before: (cutoff: Cutoff) => cutoff.accessToken },
} as const

const deleteBatch = async (sql: Sql, table: string, condition: string, values: unknown[]): Promise<number> => {
  const batch = `select ctid from ${table} where ${condition} limit $2 for update skip locked`
  return (await sql(`delete from ${table} where ctid = any(array(${batch}))`, values)).affectedRows
}

const endedFamilies = `
select id from refresh_families
where expires_at < $1 or revoked_at < $1 or last_used_at < $2
limit $3 for update skip locked`

const familiesWithoutTokens = `
delete from refresh_families as family
where id = any($1) and not exists (select from refresh_tokens as token where token.family_id = family.id)`

const sweepFamilies = async (sql: Sql, cutoff: Cutoff): Promise<{ tokens: number; families: number }> => {
  const { rows } = await sql<{ id: string }>(endedFamilies, [cutoff.family, cutoff.familyIdle, cutoff.batch])
  if (rows.length === 0) return { tokens: 0, families: 0 }
  const ids = rows.map(({ id }) => id)
  const tokens = await deleteBatch(sql, 'refresh_tokens', 'family_id = any($1)', [ids, cutoff.batch])
  const families = (await sql(familiesWithoutTokens, [ids])).affectedRows
  return { tokens, families }
}

const endDevices = `
update device_authorizations set ended_at = $1 where ctid = any(array(
  select ctid from device_authorizations where ended_at is null and expires_at <= $1 limit $2 for update skip locked
))`

const endFamilies = `
update refresh_families set revoked_at = $1, revoked_because = 'expired' where ctid = any(array(
  select ctid from refresh_families
  where revoked_at is null and (expires_at <= $1 or last_used_at <= $3)
  limit $2 for update skip locked
))`

const noteEnds = async (sql: Sql, { now, idleSince, batch }: Cutoff): Promise<Record<string, number>> => ({
  device_authorizations_ended: (await sql(endDevices, [now, batch])).affectedRows,
  refresh_families_ended: (await sql(endFamilies, [now, batch, idleSince])).affectedRows,
})

const nothingEnded = { device_authorizations_ended: 0, refresh_families_ended: 0 }

/** One round of the sweep, inside a transaction. All counts are 0 when another process is sweeping. */
export const sweepOnce = async (sql: Sql, cutoff: Cutoff): Promise<Record<string, number>> => {
  const { rows } = await sql<{ mine: boolean }>('select pg_try_advisory_xact_lock($1) as mine', [sweepLock])
  const mine = rows[0]?.mine === true
  const removed: Record<string, number> = mine ? await noteEnds(sql, cutoff) : { ...nothingEnded }
  for (const [table, { condition, before }] of Object.entries(endedRows)) {
    removed[table] = mine ? await deleteBatch(sql, table, condition, [before(cutoff), cutoff.batch]) : 0
  }
  const { tokens, families } = mine ? await sweepFamilies(sql, cutoff) : { tokens: 0, families: 0 }
  return { ...removed, refresh_tokens: tokens, refresh_families: families }
}
