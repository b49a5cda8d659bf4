/**
 * The operator's operations for administrators in a browser. Each runs in a transaction that checks that the person is still an
 * administrator and has signed in recently (ASVS 7.5.3). Administrators cannot change their own role, so that one always remains.
 */
import type { Role } from '@osa/contract'
import type { Administration, AdminRefusal } from './auth.ts'
import { isSignedIn } from './authority.ts'
import type { SignedInBrowser } from './browser-operations.ts'
import { type AuthDependencies, isFresh, isUuid, roleOf, secondsAfter } from './dependencies.ts'
import { rotateKeys } from './key-rotation.ts'
import { adminName, type By, revokeSessions, setDeviceGrant, setRole } from './operations.ts'
import { createOperator } from './operator.ts'
import { adminSignInMaxAgeSeconds } from './policy.ts'
import type { Requester } from './ports.ts'
import { isFamilyExpired } from './refresh-token.ts'
import type { LinkedIdentity, User } from './rows.ts'
import { sessionDocument } from './sessions.ts'
import type { AuthTx, Person } from './store.ts'
import { endFamily } from './tokens.ts'

type Locked = { readonly identity: LinkedIdentity; readonly user: User }

export function createAdministration(deps: AuthDependencies, clientName: (clientId: string) => string): Administration {
  const operator = createOperator(deps)

  const standing = (browser: SignedInBrowser): AdminRefusal | null => {
    if (browser.role !== 'admin') return 'not_admin'
    return isFresh(browser.session.authTime, deps.now(), adminSignInMaxAgeSeconds) ? null : 'stale'
  }

  /** Runs `work` as this administrator. Locks the rows of both people first, always in the same order to avoid deadlocks. */
  const asAdministrator = <T>(
    { browser, requester, person }: { browser: SignedInBrowser; requester: Requester; person?: LinkedIdentity },
    work: (tx: AuthTx, by: By, person: Locked | null) => Promise<T>,
  ): Promise<T | AdminRefusal> =>
    deps.store.transaction(async (tx) => {
      const locked = new Map<string, Locked | null>()
      const keyOf = ({ issuer, subject }: LinkedIdentity) => `${issuer}#${subject}`
      const wanted = [browser.identity, ...(person ? [person] : [])].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
      for (const identity of wanted) locked.set(keyOf(identity), await tx.lockLinkedIdentity(identity))
      const own = locked.get(keyOf(browser.identity))
      if (!own || !(await isSignedIn(deps, tx, browser))) return 'not_signed_in'
      const refused = standing({ ...browser, role: roleOf(deps.roleGrants, own.user, own.identity) })
      if (refused) return refused
      const by = { admin: { ...browser, ...own }, requester }
      return work(tx, by, (person && locked.get(keyOf(person))) ?? null)
    })

  const findPerson = async (userId: string): Promise<Person | null> =>
    isUuid(userId) ? ((await deps.store.listPeople({ limit: 1, userIds: [userId] }))[0] ?? null) : null

  return {
    standing,
    roleOf: ({ user, identities }) =>
      identities.reduce<Role>((role, identity) => roleOf(deps.roleGrants, { ...user, role }, identity), user.role),
    listKeys: operator.listKeys,
    listAudit: operator.listAudit,
    listPeople: operator.listPeople,
    isDeviceGrantOn: async () => (await deps.store.findSwitch('device_grant'))?.enabled ?? true,

    async listSessions(query) {
      const now = deps.now()
      const usedAfter = secondsAfter(now, -deps.policy.refreshIdleSeconds)
      const families = await deps.store.listRefreshFamilies({ ...query, now, usedAfter })
      const userIds = [...new Set(families.map(({ userId }) => userId))]
      const people = await deps.store.listPeople({ limit: userIds.length, userIds })
      const personOf = new Map(people.map((person) => [person.user.id, person]))
      return families.map((family) => ({
        session: sessionDocument(family, { clientName, currentAt: null }),
        person: personOf.get(family.userId) ?? null,
      }))
    },

    endSession: ({ sessionId, ...who }) =>
      asAdministrator(who, async (tx, by) => {
        const family = isUuid(sessionId) ? await tx.lockRefreshFamily(sessionId) : null
        if (family?.revokedAt !== null || isFamilyExpired(family, deps.now(), deps.policy)) return 'unknown'
        const detail = `session_revoked, by ${adminName(by?.admin ?? who.browser)}`
        await endFamily(deps, tx, family, 'session_revoked', who.requester, detail)
        return 'done'
      }),

    async endSessionsOf({ userId, ...who }) {
      const person = await findPerson(userId)
      if (!person) return 'unknown'
      return asAdministrator(who, async (tx, by) => {
        await revokeSessions(deps, tx, person.user.id, by)
        return 'done' as const
      })
    },

    async setRole({ userId, role, ...who }) {
      const identity = (await findPerson(userId))?.identities[0]
      if (!identity) return 'unknown'
      return asAdministrator({ ...who, person: identity }, async (tx, by, person) => {
        if (!person) return 'unknown'
        if (person.user.id === who.browser.user.id) return 'own_role'
        await setRole(deps, tx, { user: person.user, role }, by)
        return 'done'
      })
    },

    setDeviceGrant: ({ enabled, ...who }) =>
      asAdministrator(who, async (tx, by) => {
        await setDeviceGrant(deps, tx, { enabled }, by)
        return 'done' as const
      }),

    rotateKeys: ({ atOnce, ...who }) => asAdministrator(who, (tx, by) => rotateKeys(deps, tx, { atOnce }, by)),
  }
}
