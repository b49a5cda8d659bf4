/** What whoever runs a node may do from its console: rotate keys, end sessions, give roles, stop sign-ins, read the audit (L03, L10). */
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

/** A person, by the node's id or by what their identity provider calls them. */
export type PersonReference = { readonly userId: string } | { readonly issuer: string; readonly subject: string }

export type AuditQuery = Omit<AuditEventQuery, 'userId'> & { readonly person?: PersonReference }

export interface Operator {
  /** Every key the database still has, oldest first. */
  listKeys(): Promise<KeyStage[]>
  /**
   * Staged (F12): the new key is published at once and signs once every cached key set has run out (360 s); the others retire when
   * the last access token they signed has expired. With `atOnce`, for a key that leaked, the new one signs now and all others are
   * refused from now on: every access token ends, sessions go on with their next refresh. Staged rotation is refused (`staged`)
   * while an earlier one waits for its turn, and any (`other_secret`) when the keys in use were sealed under another `OSA_SECRET`:
   * the node could not open the new one.
   */
  rotateKeys(options: { atOnce: boolean }): Promise<RotationOutcome>
  /**
   * Retires at once every key in service that this `OSA_SECRET` does not open, for a secret that leaked or was lost, and names them. The
   * node makes a new one when it starts; access tokens that those keys signed end, and sessions with them: their refresh tokens were made
   * with the other secret.
   */
  abandonKeys(): Promise<KeyStage[]>
  /**
   * Ends every session of a person, or with null of everybody, and says how many (H09); and whatever may still become one: codes that
   * they claimed or approved (`codes` says how many), sign-ins under way, signed-in browsers. Null when nobody is called that.
   */
  revokeSessions(person: PersonReference | null): Promise<{ revoked: number; codes: number } | null>
  /** Stores a role. Null when nobody who has signed in is called that. A higher role in the node's settings prevails (L05). */
  setRole(identity: { issuer: string; subject: string }, role: Role): Promise<{ userId: string; before: Role } | null>
  /** Lets people sign in from terminals, or refuses that: nothing is started, approved or redeemed then; sessions go on (L10). */
  setDeviceGrant(options: { enabled: boolean }): Promise<void>
  /**
   * The newest events first, at most `limit`. A user id need not be anybody's any more, since the audit outlives people; null when
   * nobody has signed in as `issuer` and `subject` say.
   */
  listAudit(query: AuditQuery): Promise<AuditEvent[] | null>
  /** People with their identities, the newest first. */
  listPeople(query: PeopleQuery): Promise<Person[]>
  /** One person and their sessions that can still be refreshed, newest first. Null when nobody is called that. */
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
