/** The sweep of the memory store. It ends and removes the same rows as the database's, table by table. */
import { ended } from '../auth/device-authorization.ts'
import { revoke } from '../auth/refresh-token.ts'
import type { RefreshFamily } from '../auth/rows.ts'
import type { AuthStore } from '../auth/store.ts'
import type { Draft, Rows, TableName } from './memory-tables.ts'

type Cutoff = Parameters<AuthStore['sweep']>[0]

/** Removes at most `batch` rows of each table from the draft. Returns their numbers under the names of the database's tables. */
export function sweepDraft(draft: Draft, cutoff: Cutoff): Record<string, number> {
  const { tables, remove } = draft
  const familyEnded = (family: RefreshFamily): boolean =>
    family.expiresAt < cutoff.family ||
    family.lastUsedAt < cutoff.familyIdle ||
    (family.revokedAt !== null && family.revokedAt < cutoff.family)

  const removeWhere = <Name extends TableName>(table: Name, ended: (row: Rows[Name]) => boolean): number => {
    const ids = [...tables[table]].filter(([, row]) => ended(row)).map(([id]) => id)
    for (const id of ids.slice(0, cutoff.batch)) remove(table, id)
    return Math.min(ids.length, cutoff.batch)
  }

  const noted = recordExpiries(draft, cutoff)
  return {
    ...noted,
    device_authorizations: removeWhere('deviceAuthorizations', (row) => row.expiresAt < cutoff.device),
    login_transactions: removeWhere('loginTransactions', (row) => row.expiresAt < cutoff.login),
    browser_sessions: removeWhere('browserSessions', (row) => row.expiresAt < cutoff.browser),
    // a new store has no tokens from before families had generations
    refresh_tokens: 0,
    refresh_families: removeWhere('refreshFamilies', familyEnded),
    signing_keys: removeWhere('signingKeys', (row) => row.retiresAt !== null && row.retiresAt < cutoff.signingKey),
    audit_events: removeWhere('auditEvents', (row) => row.at < cutoff.audit),
    reserved_user_codes: removeWhere('reservedUserCodes', (row) => row.until < cutoff.now),
    ended_access_tokens: removeWhere('endedAccessTokens', (row) => row.endedAt < cutoff.accessToken),
  }
}

/** Records the end of expired rows (L08). */
function recordExpiries({ tables, replace }: Draft, { now, idleSince, batch }: Cutoff): Record<string, number> {
  const devices = [...tables.deviceAuthorizations.values()].flatMap((row) => ended(row, now) ?? []).slice(0, batch)
  for (const row of devices) replace('deviceAuthorizations', row.id, row)
  const families = [...tables.refreshFamilies.values()]
    .filter((row) => row.revokedAt === null && (row.expiresAt <= now || row.lastUsedAt <= idleSince))
    .slice(0, batch)
  for (const row of families) replace('refreshFamilies', row.id, revoke(row, 'expired', now))
  return { device_authorizations_ended: devices.length, refresh_families_ended: families.length }
}
