/**
 * Records that rows have expired, so that a clock set back does not revive them (L08), and removes them later (I08). One process sweeps at a
 * time, in batches, and skips locked rows. Refresh tokens are removed before their family, so that a long-lived family never causes one
 * huge delete.
 */
import type { AuthStore } from '@osa/core'
import type { Kysely } from 'kysely'
import { sweepLock, tryLock } from './locks.ts'
import type { Query, Tables } from './query.ts'

type Cutoff = Parameters<AuthStore['sweep']>[0]

/** Which rows of a table are removed: those whose column `ended` is before an instant. `key` is the table's primary key. */
type Ended = {
  [Table in keyof Tables]: {
    readonly table: Table
    readonly key: keyof Tables[Table] & string
    readonly ended: keyof Tables[Table] & string
    readonly before: (cutoff: Cutoff) => Date
  }
}[keyof Tables]

const endedRows: readonly Ended[] = [
  { table: 'device_authorizations', key: 'id', ended: 'expiresAt', before: (cutoff) => cutoff.device },
  { table: 'login_transactions', key: 'id', ended: 'expiresAt', before: (cutoff) => cutoff.login },
  { table: 'browser_sessions', key: 'id', ended: 'expiresAt', before: (cutoff) => cutoff.browser },
  { table: 'signing_keys', key: 'kid', ended: 'retiresAt', before: (cutoff) => cutoff.signingKey },
  { table: 'audit_events', key: 'id', ended: 'at', before: (cutoff) => cutoff.audit },
  { table: 'reserved_user_codes', key: 'userCodeHash', ended: 'until', before: (cutoff) => cutoff.now },
  { table: 'ended_access_tokens', key: 'accessTokenId', ended: 'endedAt', before: (cutoff) => cutoff.accessToken },
]

/**
 * Deletes up to `batch` ended rows. The batch is a CTE because a CTE is evaluated once; a subquery could be evaluated again and select more
 * rows than `batch`. The type `Ended` has checked the names, which differ between tables.
 */
async function deleteEnded(query: Query, { table, key, ended }: Ended, before: Date, batch: number): Promise<number> {
  const result = await (query as unknown as Kysely<Record<string, Record<string, unknown>>>)
    .with('batch', (db) =>
      db.selectFrom(table).select(`${key} as key`).where(ended, '<', before).limit(batch).forUpdate().skipLocked(),
    )
    .deleteFrom(table)
    .using('batch')
    .whereRef(`${table}.${key}`, '=', 'batch.key')
    .executeTakeFirst()
  return Number(result.numDeletedRows)
}

async function sweepFamilies(query: Query, cutoff: Cutoff): Promise<{ tokens: number; families: number }> {
  const ended = await query
    .selectFrom('refresh_families')
    .select('id')
    .where(({ or, eb }) =>
      or([
        eb('expiresAt', '<', cutoff.family),
        eb('revokedAt', '<', cutoff.family),
        eb('lastUsedAt', '<', cutoff.familyIdle),
      ]),
    )
    .limit(cutoff.batch)
    .forUpdate()
    .skipLocked()
    .execute()
  if (ended.length === 0) return { tokens: 0, families: 0 }
  const ids = ended.map(({ id }) => id)
  const tokens = await query
    .with('batch', (db) =>
      db
        .selectFrom('refresh_tokens')
        .select('id')
        .where(({ eb, fn, val }) => eb('familyId', '=', fn.any(val(ids))))
        .limit(cutoff.batch)
        .forUpdate()
        .skipLocked(),
    )
    .deleteFrom('refresh_tokens')
    .using('batch')
    .whereRef('refresh_tokens.id', '=', 'batch.id')
    .executeTakeFirst()
  const families = await query
    .deleteFrom('refresh_families')
    .where(({ eb, fn, val }) => eb('id', '=', fn.any(val(ids))))
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('refresh_tokens').select('id').whereRef('familyId', '=', 'refresh_families.id'))),
    )
    .executeTakeFirst()
  return { tokens: Number(tokens.numDeletedRows), families: Number(families.numDeletedRows) }
}

async function recordExpiries(query: Query, { now, idleSince, batch }: Cutoff): Promise<Record<string, number>> {
  const devices = await query
    .with('batch', (db) =>
      db
        .selectFrom('device_authorizations')
        .select('id')
        .where('endedAt', 'is', null)
        .where('expiresAt', '<=', now)
        .limit(batch)
        .forUpdate()
        .skipLocked(),
    )
    .updateTable('device_authorizations')
    .from('batch')
    .set({ endedAt: now })
    .whereRef('device_authorizations.id', '=', 'batch.id')
    .executeTakeFirst()
  const families = await query
    .with('batch', (db) =>
      db
        .selectFrom('refresh_families')
        .select('id')
        .where('revokedAt', 'is', null)
        .where(({ or, eb }) => or([eb('expiresAt', '<=', now), eb('lastUsedAt', '<=', idleSince)]))
        .limit(batch)
        .forUpdate()
        .skipLocked(),
    )
    .updateTable('refresh_families')
    .from('batch')
    .set({ revokedAt: now, revokedBecause: 'expired' })
    .whereRef('refresh_families.id', '=', 'batch.id')
    .executeTakeFirst()
  return {
    device_authorizations_ended: Number(devices.numUpdatedRows),
    refresh_families_ended: Number(families.numUpdatedRows),
  }
}

const nothingEnded = { device_authorizations_ended: 0, refresh_families_ended: 0 }

/** Runs one round of the sweep inside a transaction. All counts are 0 when another process is sweeping. */
export async function sweepRows(query: Query, cutoff: Cutoff): Promise<Record<string, number>> {
  const mine = await tryLock(query, sweepLock)
  const removed: Record<string, number> = mine ? await recordExpiries(query, cutoff) : { ...nothingEnded }
  for (const ended of endedRows) {
    removed[ended.table] = mine ? await deleteEnded(query, ended, ended.before(cutoff), cutoff.batch) : 0
  }
  const { tokens, families } = mine ? await sweepFamilies(query, cutoff) : { tokens: 0, families: 0 }
  return { ...removed, refresh_tokens: tokens, refresh_families: families }
}
