/** The store's look-ups outside transactions, one statement each. */
import type { AuthStore, ListedBefore } from '@osa/core'
import { isUuid } from '@osa/core'
import type { Connections } from './connections.ts'
import { BrowserSessionEntity } from './entities/browser-session.ts'
import { LinkedIdentityEntity } from './entities/linked-identity.ts'
import { RefreshFamilyEntity } from './entities/refresh-family.ts'
import { SigningKeyEntity } from './entities/signing-key.ts'
import { SwitchEntity } from './entities/switch.ts'
import { UserEntity } from './entities/user.ts'
import { joined } from './joined.ts'
import { signingKeyOrder } from './token-rows.ts'

export type AuthReads = Pick<
  AuthStore,
  | 'endAccessToken'
  | 'findBrowserSession'
  | 'findDeviceAuthorization'
  | 'findOldRefreshToken'
  | 'listRefreshFamilies'
  | 'countPendingBySource'
  | 'listSigningKeys'
  | 'findSwitch'
>

const users = joined('users', UserEntity, 'user')
const identities = joined('linked_identities', LinkedIdentityEntity, 'identity')
const sessions = joined('browser_sessions', BrowserSessionEntity, 'session')

/** Selects the rows that follow this one in a list ordered newest first. */
const listedBefore = (before: ListedBefore | undefined) =>
  before === undefined
    ? {}
    : { $or: [{ createdAt: { $lt: before.createdAt } }, { createdAt: before.createdAt, id: { $lt: before.id } }] }

export const authReads = ({ run }: Connections): AuthReads => ({
  async endAccessToken(ended) {
    if (!isUuid(ended.accessTokenId)) return
    await run(({ query }) =>
      query
        .insertInto('ended_access_tokens')
        .values(ended)
        .onConflict((known) => known.doNothing())
        .execute(),
    )
  },
  async findBrowserSession({ secretHash, now }) {
    const record = await run(({ query }) =>
      query
        .selectFrom('browser_sessions')
        .innerJoin('users', 'users.id', 'browser_sessions.userId')
        .innerJoin('linked_identities', 'linked_identities.userId', 'users.id')
        .select([...sessions.columns, ...users.columns, ...identities.columns])
        .where('secretHash', '=', secretHash)
        .where('users.disabledAt', 'is', null)
        .orderBy('linked_identities.createdAt')
        .orderBy('linked_identities.id')
        .limit(1)
        .executeTakeFirst(),
    )
    if (!record) return null
    const session = sessions.read(record)
    if (session.expiresAt > now) return { session, user: users.read(record), identity: identities.read(record) }
    await run(({ em }) => em.nativeDelete(BrowserSessionEntity, { secretHash }))
    return null
  },
  async findDeviceAuthorization(id) {
    if (!isUuid(id)) return null
    const device = await run(({ query }) =>
      query.selectFrom('device_authorizations').selectAll().where('id', '=', id).executeTakeFirst(),
    )
    return device ?? null
  },
  async findOldRefreshToken(hash) {
    const token = await run(({ query }) =>
      query
        .selectFrom('refresh_tokens as token')
        .leftJoin('refresh_tokens as successor', 'successor.id', 'token.successorId')
        .select(['token.familyId', 'token.usedAt', 'successor.usedAt as successorUsedAt'])
        .where('token.tokenHash', '=', hash)
        .executeTakeFirst(),
    )
    return token ?? null
  },
  async listRefreshFamilies({ userId, limit, before, now, usedAfter }) {
    if (userId !== null && !isUuid(userId)) return []
    const live = { revokedAt: null, expiresAt: { $gt: now }, lastUsedAt: { $gt: usedAfter } }
    const where = { ...live, ...(userId === null ? {} : { userId }), ...listedBefore(before) }
    const atMost = limit === undefined ? {} : { limit }
    return run(({ em }) =>
      em.find(RefreshFamilyEntity, where, { orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], ...atMost }),
    )
  },
  async countPendingBySource(now) {
    const counts = await run(({ query }) =>
      query
        .selectFrom('device_authorizations')
        .select(({ fn }) => ['requesterSource', fn.countAll().as('pending')])
        .where('status', '=', 'pending')
        .where('expiresAt', '>', now)
        .where('endedAt', 'is', null)
        .groupBy('requesterSource')
        .execute(),
    )
    return new Map(counts.map(({ requesterSource, pending }) => [requesterSource, Number(pending)]))
  },
  listSigningKeys: () => run(({ em }) => em.find(SigningKeyEntity, {}, signingKeyOrder)),
  findSwitch: (name) => run(({ em }) => em.findOne(SwitchEntity, { name })),
})
