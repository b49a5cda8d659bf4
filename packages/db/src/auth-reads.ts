/** The store's look-ups outside a transaction, one statement each. */
import type { AuthStore } from '@osa/core'
import { isId } from './identifier.ts'
import type { Sql } from './sql.ts'
import { tables } from './tables.ts'
import { signingKeyOrder } from './token-rows.ts'

export type AuthReads = Pick<
  AuthStore,
  | 'findPrincipal'
  | 'endAccessToken'
  | 'findBrowserSession'
  | 'findDeviceAuthorization'
  | 'findDeviceAuthorizationByDeviceCodeHash'
  | 'listRefreshFamilies'
  | 'countPending'
  | 'listSigningKeys'
  | 'findSwitch'
  | 'listAuditEvents'
>

const {
  users,
  linkedIdentities,
  browserSessions,
  deviceAuthorizations,
  refreshFamilies,
  signingKeys,
  switches,
  auditEvents,
  endedAccessTokens,
} = tables

/** A person's first identity stands for them, should they ever have several. */
const firstIdentity = 'order by linked_identities.created_at, linked_identities.id limit 1'

const principalText = `
select ${users.columns('user_')}, ${linkedIdentities.columns('identity_')}, ${refreshFamilies.columns('family_')}
from refresh_families
join users on users.id = refresh_families.user_id
join linked_identities on linked_identities.user_id = users.id
where refresh_families.id = $1 and users.id = $2 and refresh_families.expires_at > $3
  and refresh_families.revoked_at is null and users.disabled_at is null
  and not exists (select from ended_access_tokens where ended_access_tokens.access_token_id = $4)
${firstIdentity}`

const browserSessionText = `
select ${browserSessions.columns('session_')}, ${users.columns('user_')}, ${linkedIdentities.columns('identity_')}
from browser_sessions
join users on users.id = browser_sessions.user_id
join linked_identities on linked_identities.user_id = users.id
where browser_sessions.secret_hash = $1 and users.disabled_at is null
${firstIdentity}`

const countPendingText = `
select count(*)::int as in_all, (count(*) filter (where requester_source = $1))::int as from_source
from device_authorizations where status = 'pending' and expires_at > $2 and ended_at is null`

const auditText = `
($1::timestamptz is null or at < $1) and ($2::text is null or event = $2) and ($3::text is null or user_id = $3)
order by at desc, id desc limit $4`

export const authReads = (sql: Sql): AuthReads => ({
  async findPrincipal({ userId, familyId, accessTokenId, now }) {
    if (!isId(userId) || !isId(familyId) || !isId(accessTokenId)) return null
    const [record] = (await sql(principalText, [familyId, userId, now, accessTokenId])).rows
    if (!record) return null
    return {
      user: users.read(record, 'user_'),
      identity: linkedIdentities.read(record, 'identity_'),
      family: refreshFamilies.read(record, 'family_'),
    }
  },
  async endAccessToken({ accessTokenId, endedAt }) {
    if (isId(accessTokenId)) await endedAccessTokens.insertUnlessTaken(sql, { accessTokenId, endedAt })
  },
  async findBrowserSession({ secretHash, now }) {
    const [record] = (await sql(browserSessionText, [secretHash])).rows
    if (!record) return null
    const session = browserSessions.read(record, 'session_')
    if (session.expiresAt <= now) {
      await sql('delete from browser_sessions where secret_hash = $1', [secretHash])
      return null
    }
    return {
      session,
      user: users.read(record, 'user_'),
      identity: linkedIdentities.read(record, 'identity_'),
    }
  },
  async findDeviceAuthorization(id) {
    return isId(id) ? deviceAuthorizations.findFirst(sql, 'id = $1', [id]) : null
  },
  findDeviceAuthorizationByDeviceCodeHash: (hash) =>
    deviceAuthorizations.findFirst(sql, 'device_code_hash = $1', [hash]),
  async listRefreshFamilies({ userId, now, usedAfter }) {
    if (!isId(userId)) return []
    const condition =
      'user_id = $1 and revoked_at is null and expires_at > $2 and last_used_at > $3 order by created_at desc, id desc'
    return refreshFamilies.findAll(sql, condition, [userId, now, usedAfter])
  },
  async countPending({ source, now }) {
    const { rows } = await sql<{ in_all: number; from_source: number }>(countPendingText, [source, now])
    return { fromSource: rows[0]?.from_source ?? 0, inAll: rows[0]?.in_all ?? 0 }
  },
  listSigningKeys: () => signingKeys.findAll(sql, signingKeyOrder, []),
  findSwitch: (name) => switches.findFirst(sql, 'name = $1', [name]),
  listAuditEvents: ({ limit, before, event, userId }) =>
    auditEvents.findAll(sql, auditText, [before ?? null, event ?? null, userId ?? null, limit]),
})
