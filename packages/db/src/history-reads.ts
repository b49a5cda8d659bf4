/** The store's look-ups for operators: audit events and people. Not performance-critical; each reads at most `limit` events or people. */
import type { AuthStore } from '@osa/core'
import { isUuid } from '@osa/core'
import type { Connections } from './connections.ts'
import { LinkedIdentityEntity } from './entities/linked-identity.ts'

export const historyReads = ({ run }: Connections): Pick<AuthStore, 'listAuditEvents' | 'listPeople'> => ({
  listAuditEvents: ({ limit, before, since, event, userId, ip, device }) =>
    run(async ({ query }) => {
      let events = query.selectFrom('audit_events').selectAll().orderBy('at', 'desc').orderBy('id', 'desc').limit(limit)
      if (before !== undefined) {
        events = events.where(({ eb, and, or }) =>
          or([eb('at', '<', before.at), and([eb('at', '=', before.at), eb('id', '<', before.id)])]),
        )
      }
      if (since !== undefined) events = events.where('at', '>=', since)
      if (event !== undefined) events = events.where('event', '=', event as never)
      if (userId !== undefined) events = events.where('userId', '=', userId)
      if (ip !== undefined) events = events.where('ip', '=', ip)
      if (device !== undefined) {
        events = events.where(({ eb, or, selectFrom }) => {
          const sessions = selectFrom('refresh_families').select((at) => at.cast<string>('id', 'text').as('id'))
          const codes = selectFrom('device_authorizations').select((at) => at.cast<string>('id', 'text').as('id'))
          return or([
            eb('familyId', '=', device),
            eb('deviceAuthorizationId', '=', device),
            eb('familyId', 'in', sessions.where('deviceName', '=', device)),
            eb('deviceAuthorizationId', 'in', codes.where('deviceName', '=', device)),
          ])
        })
      }
      return events.execute()
    }),
  async listPeople({ limit, before, userIds, search }) {
    const ids = userIds?.filter(isUuid)
    if (ids?.length === 0) return []
    return run(async ({ query, em }) => {
      let users = query.selectFrom('users').selectAll().orderBy('createdAt', 'desc').orderBy('id', 'desc').limit(limit)
      if (before !== undefined) {
        const { createdAt, id } = before
        users = users.where(({ eb, and, or }) =>
          or([eb('createdAt', '<', createdAt), and([eb('createdAt', '=', createdAt), eb('id', '<', id)])]),
        )
      }
      if (ids !== undefined) users = users.where('id', 'in', ids)
      if (search !== undefined) {
        users = users.where(({ eb, or, fn, val, exists, selectFrom, lit }) => {
          // strpos rather than LIKE, in which % and _ are wildcards
          const contains = (column: 'displayName' | 'linked_identities.subject') =>
            eb(fn<number>('strpos', [fn('lower', [column as never]), fn('lower', [val(search)])]), '>', 0)
          const identities = selectFrom('linked_identities').select(lit(1).as('one'))
          return or([
            contains('displayName'),
            exists(
              identities
                .whereRef('linked_identities.userId', '=', 'users.id')
                .where(contains('linked_identities.subject')),
            ),
          ])
        })
      }
      const found = await users.execute()
      const identities = await em.find(
        LinkedIdentityEntity,
        { userId: { $in: found.map(({ id }) => id) } },
        { orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] },
      )
      return found.map((user) => ({ user, identities: identities.filter(({ userId }) => userId === user.id) }))
    })
  },
})
