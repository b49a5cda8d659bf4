/** The operator's operations at the console: rotate keys, end sessions, set roles, stop sign-ins, read the audit (L03, L10). */
import type { Role } from '@osa/contract'
import { type AuthDependencies, isUuid, secondsAfter } from './dependencies.ts'
import {
  abandonKeys,
  type KeyDependencies,
  type KeyStage,
  type RotationOutcome,
  rotateKeys,
  stagesOf,
} from './key-rotation.ts'
import { revokeSessions, setDeviceGrant, setRole } from './operations.ts'
import type { AuthPolicy } from './policy.ts'
import type { AuditEvent, RefreshFamily, User } from './rows.ts'
import type { AuditEventQuery, AuthTx, PeopleQuery, Person } from './store.ts'

/** A person, by the node's id or by issuer and subject at their identity provider. */
export type PersonReference = { readonly userId: string } | { readonly issuer: string; readonly subject: string }

export type AuditQuery = Omit<AuditEventQuery, 'userId'> & { readonly person?: PersonReference }

export interface Operator {
  /** Lists every key in the database, oldest first. */
  listKeys(): Promise<KeyStage[]>
  /**
   * Rotates the signing keys in stages (F12): the new key is published at once and signs when every cached key set has expired (360 s); the
   * others retire when the last access tokens that they signed have expired. With `atOnce`, for a leaked key, the new key signs now and all
   * others are refused from now on: every access token becomes invalid, and sessions continue with their next refresh. A staged rotation is
   * refused with `staged` while the key of an earlier one is not signing yet. Every rotation is refused with `other_secret` when the keys in
   * use were sealed under another `OSA_SECRET`, because the node could not open the new key.
   */
  rotateKeys(options: { atOnce: boolean }): Promise<RotationOutcome>
  /**
   * Retires at once every key in service that this `OSA_SECRET` does not open, after the old secret leaked or was lost, and returns them. The
   * node makes a new key when it starts. Access tokens signed with the retired keys become invalid, and their sessions end too, because the
   * refresh tokens were made with the old secret.
   */
  abandonKeys(): Promise<KeyStage[]>
  /**
   * Ends every session of a person, or with null of all people, and everything that could still become one: claimed or approved codes,
   * sign-ins in progress, browser sessions (H09). Returns the number of sessions, `revoked`, and of codes; null when there is no such person.
   */
  revokeSessions(person: PersonReference | null): Promise<{ revoked: number; codes: number } | null>
  /** Stores a role. Null when no such person has signed in. A higher role in the node's settings takes precedence (L05). */
  setRole(identity: { issuer: string; subject: string }, role: Role): Promise<{ userId: string; before: Role } | null>
  /** Turns signing in from terminals on or off. While it is off, nothing is started, approved or redeemed; sessions continue (L10). */
  setDeviceGrant(options: { enabled: boolean }): Promise<void>
  /**
   * Lists events, newest first, at most `limit`. A user id is not checked, since events outlive people. Null when no person with this
   * `issuer` and `subject` has signed in.
   */
  listAudit(query: AuditQuery): Promise<AuditEvent[] | null>
  /** Lists people with their identities, newest first. */
  listPeople(query: PeopleQuery): Promise<Person[]>
  /** Returns one person and their sessions that can still be refreshed, newest first. Null when there is no such person. */
  showPerson(person: PersonReference): Promise<(Person & { sessions: RefreshFamily[] }) | null>
}

export type OperatorDependencies = Pick<AuthDependencies, 'store'> &
  KeyDependencies & { readonly policy: Pick<AuthPolicy, 'refreshIdleSeconds'> }

export const createOperator = (deps: OperatorDependencies): Operator => ({
  async listKeys() {
    return stagesOf(await deps.store.listSigningKeys(), deps.now())
  },

  rotateKeys: (options) => deps.store.transaction((tx) => rotateKeys(deps, tx, options, null)),

  abandonKeys: () => deps.store.transaction((tx) => abandonKeys(deps, tx)),

  revokeSessions: (person) =>
    deps.store.transaction(async (tx) => {
      const user = person && (await findPerson(tx, person))
      return person && !user ? null : revokeSessions(deps, tx, user?.id ?? null, null)
    }),

  setRole: (identity, role) =>
    deps.store.transaction(async (tx) => {
      const user = await findPerson(tx, identity)
      return user && setRole(deps, tx, { user, role }, null)
    }),

  setDeviceGrant: (options) => deps.store.transaction((tx) => setDeviceGrant(deps, tx, options, null)),

  async listAudit({ person, ...query }) {
    const userId = person && (await userIdOf(deps, person))
    if (userId === null) return null
    return deps.store.listAuditEvents({ ...query, ...(userId === undefined ? {} : { userId }) })
  },

  listPeople: (query) => deps.store.listPeople(query),

  async showPerson(reference) {
    const userId = await userIdOf(deps, reference)
    const [person] = userId === null ? [] : await deps.store.listPeople({ limit: 1, userIds: [userId] })
    if (!person) return null
    const now = deps.now()
    const usedAfter = secondsAfter(now, -deps.policy.refreshIdleSeconds)
    return { ...person, sessions: await deps.store.listRefreshFamilies({ userId: person.user.id, now, usedAfter }) }
  },
})

async function findPerson(tx: AuthTx, person: PersonReference): Promise<User | null> {
  if ('userId' in person) return isUuid(person.userId) ? tx.findUser(person.userId) : null
  return (await tx.lockLinkedIdentity(person))?.user ?? null
}

const userIdOf = async ({ store }: OperatorDependencies, person: PersonReference): Promise<string | null> =>
  'userId' in person ? person.userId : ((await store.transaction((tx) => findPerson(tx, person)))?.id ?? null)
