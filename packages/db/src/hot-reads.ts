/** The look-ups of the most frequent operations (polls, refreshes, calls), in batches. */
import type { AuthStore, Polled, Sha256 } from '@osa/core'
import { isUuid } from '@osa/core'
import { batched, lookUps } from './batched.ts'
import type { Connections } from './connections.ts'
import { DeviceAuthorizationEntity } from './entities/device-authorization.ts'
import { EndedAccessTokenEntity } from './entities/ended-access-token.ts'
import { LinkedIdentityEntity } from './entities/linked-identity.ts'
import { RefreshFamilyEntity } from './entities/refresh-family.ts'
import { UserEntity } from './entities/user.ts'
import { joined } from './joined.ts'
import { columnsOf, integer, listOf } from './listed.ts'
import { builtOnce } from './query.ts'

type HotReads = Pick<AuthStore, 'findPolled' | 'findRefreshFamily' | 'findPrincipal'>

const devices = joined('device_authorizations', DeviceAuthorizationEntity, 'device')
const families = joined('refresh_families', RefreshFamilyEntity, 'family')
const users = joined('users', UserEntity, 'user')
const identities = joined('linked_identities', LinkedIdentityEntity, 'identity')

const selectPolled = builtOnce(
  ({ query }, hashes: readonly Sha256[]) =>
    query
      .selectFrom('device_authorizations')
      .leftJoin('users', 'users.id', 'device_authorizations.claimedByUserId')
      .select(devices.columns)
      .select(['users.id as ownerId', 'users.disabledAt as ownerDisabledAt'])
      .where('deviceCodeHash', '=', ({ fn, val }) => fn.any(val(hashes))),
  (hashes) => [hashes],
)

const selectFamilies = builtOnce(
  ({ query }, ids: readonly string[]) =>
    query
      .selectFrom('refresh_families')
      .innerJoin('users', 'users.id', 'refresh_families.userId')
      .select([...families.columns, ...users.columns])
      .where('refresh_families.id', '=', ({ fn, val }) => fn.any(val(ids))),
  (ids) => [ids],
)

type PrincipalQuery = Parameters<AuthStore['findPrincipal']>[0]

const requests = (() => {
  const { id: familyId, userId, expiresAt: now } = columnsOf('refresh_families', RefreshFamilyEntity)
  const { accessTokenId } = columnsOf('ended_access_tokens', EndedAccessTokenEntity)
  return listOf({ position: integer, familyId, userId, accessTokenId, now })
})()

const numbered = (queries: readonly PrincipalQuery[]) => queries.map((query, position) => ({ position, ...query }))

const selectPrincipals = builtOnce(
  (unit, queries: readonly PrincipalQuery[]) =>
    unit.query
      .with('requested', () => requests.table(unit, numbered(queries)))
      .selectFrom('requested')
      .innerJoin('refresh_families', 'refresh_families.id', 'requested.familyId')
      .innerJoin('users', (join) =>
        join.onRef('users.id', '=', 'refresh_families.userId').onRef('users.id', '=', 'requested.userId'),
      )
      .innerJoin('linked_identities', 'linked_identities.userId', 'users.id')
      .leftJoin('ended_access_tokens', 'ended_access_tokens.accessTokenId', 'requested.accessTokenId')
      .select('requested.position')
      .select([...users.columns, ...identities.columns, ...families.columns])
      .whereRef('refresh_families.expiresAt', '>', 'requested.now')
      .where('refresh_families.revokedAt', 'is', null)
      .where('users.disabledAt', 'is', null)
      .where('endedAt', 'is', null)
      // if a person has several identities, the first one is used: `findPrincipal` keeps the last row of each position
      .orderBy('linked_identities.createdAt', 'desc')
      .orderBy('linked_identities.id', 'desc'),
  (queries) => requests.parameters(numbered(queries)),
)

export function hotReads({ run }: Connections): HotReads {
  const findPolled = lookUps(
    async (hashes: readonly Sha256[]) => (await run((unit) => selectPolled(unit, hashes))).rows.map(polledOf),
    ({ device }) => device.deviceCodeHash,
  )
  const findFamily = lookUps(
    async (ids: readonly string[]) => (await run((unit) => selectFamilies(unit, ids))).rows.map(familyOf),
    ({ family }) => family.id,
  )
  const findPrincipal = batched<PrincipalQuery, Awaited<ReturnType<AuthStore['findPrincipal']>>>({
    async run(queries) {
      const { rows } = await run((unit) => selectPrincipals(unit, queries))
      const found = new Map(rows.map((record) => [record.position, record]))
      return queries.map((_, position) => {
        const record = found.get(position)
        return record ? { ...familyOf(record), identity: identities.read(record) } : null
      })
    },
  })
  return {
    findPolled: (hash) => findPolled(hash),
    async findRefreshFamily(id) {
      return isUuid(id) ? findFamily(id) : null
    },
    async findPrincipal(query) {
      const { userId, familyId, accessTokenId } = query
      return isUuid(userId) && isUuid(familyId) && isUuid(accessTokenId) ? findPrincipal(query) : null
    },
  }
}

function polledOf(record: { ownerId: string | null; ownerDisabledAt: Date | null }): Polled {
  const { ownerId: id, ownerDisabledAt: disabledAt } = record
  return { device: devices.read(record), owner: id === null ? null : { id, disabledAt } }
}

const familyOf = (record: object) => ({ family: families.read(record), user: users.read(record) })
