/** What whoever runs a node may do from its console: rotate keys, end sessions, give roles, stop sign-ins, read the audit (L03, L10). */
import type { Role } from '@osa/contract'
import { type AuthDependencies, auditEvent, isUuid, secondsAfter } from './dependencies.ts'
import type { AuthPolicy } from './policy.ts'
import type { AuditEventQuery, AuthTx, PeopleQuery, Person } from './ports.ts'
import type { AuditEvent, RefreshFamily, SigningKey, User } from './rows.ts'
import { insertSigningKey, keySetMaxAgeSeconds } from './signing-keys.ts'

/** Clocks differ, and a process may go on for half a minute with the keys it last read. */
const marginSeconds = 60

/** A key as an operator sees it; never its private half. */
export interface KeyStage {
  readonly kid: string
  readonly algorithm: SigningKey['algorithm']
  /** `published`: known to verifiers, not signing yet. `retiring`: still accepted, no longer signing. */
  readonly stage: 'published' | 'signing' | 'retiring' | 'retired'
  readonly createdAt: Date
  readonly signsFrom: Date
  readonly retiresAt: Date | null
}

/** A person, by the node's id or by what their identity provider calls them. */
export type PersonReference = { readonly userId: string } | { readonly issuer: string; readonly subject: string }

export type AuditQuery = Omit<AuditEventQuery, 'userId'> & { readonly person?: PersonReference }

export type RotationOutcome =
  | { rotated: KeyStage; othersRetireAt: Date }
  | { refused: 'staged'; waiting: KeyStage }
  | { refused: 'other_secret' }

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

export type OperatorDependencies = Pick<AuthDependencies, 'store' | 'keys' | 'now' | 'random'> & {
  readonly policy: Pick<AuthPolicy, 'accessTokenLifetimeSeconds' | 'refreshIdleSeconds' | 'signingAlgorithm'>
}

export const createOperator = (deps: OperatorDependencies): Operator => ({
  async listKeys() {
    return stagesOf(await deps.store.listSigningKeys(), deps.now())
  },

  rotateKeys: ({ atOnce }) =>
    deps.store.transaction(async (tx) => {
      const now = deps.now()
      const inService = (await tx.lockSigningKeys()).filter((key) => key.retiresAt === null || key.retiresAt > now)
      if (!inService.every((key) => opensKey(deps, key))) return { refused: 'other_secret' }
      const waiting = stagesOf(inService, now).find(({ stage }) => stage === 'published')
      if (waiting && !atOnce) return { refused: 'staged', waiting }
      const { signsFrom, retiresAt } = atOnce ? { signsFrom: now, retiresAt: now } : schedule(deps, inService, now)
      for (const key of inService) {
        // one that an earlier rotation retires sooner stays with that
        if (key.retiresAt === null || key.retiresAt > retiresAt) await tx.saveSigningKey({ ...key, retiresAt })
      }
      const made = await insertSigningKey(deps, tx, signsFrom)
      const detail = `${made.kid} signs from ${signsFrom.toISOString()}; others retire at ${retiresAt.toISOString()}`
      await tx.appendAuditEvent(auditEvent(deps, 'key.rotate', 'ok', null, { detail }))
      return { rotated: stageOf(made, now, made), othersRetireAt: retiresAt }
    }),

  abandonKeys: () =>
    deps.store.transaction(async (tx) => {
      const now = deps.now()
      const inService = (await tx.lockSigningKeys()).filter((key) => key.retiresAt === null || key.retiresAt > now)
      const unopened = inService.filter((key) => !opensKey(deps, key)).map((key) => ({ ...key, retiresAt: now }))
      for (const key of unopened) await tx.saveSigningKey(key)
      const detail = `retired, sealed under another secret: ${unopened.map(({ kid }) => kid).join(' ')}`
      if (unopened.length > 0) await tx.appendAuditEvent(auditEvent(deps, 'key.rotate', 'ok', null, { detail }))
      return stagesOf(unopened, now)
    }),

  revokeSessions: (person) =>
    deps.store.transaction(async (tx) => {
      const user = person && (await findPerson(tx, person))
      if (person && !user) return null
      const userId = user?.id ?? null
      // codes before sessions: whoever redeems one just now is waited for, and the session that comes of it is ended as well
      const codes = await tx.endSignIns({ userId, endedAt: deps.now() })
      const revoked = await tx.revokeRefreshFamilies({ userId, revokedAt: deps.now(), because: 'operator' })
      const detail = `${userId === null ? 'everybody' : 'one person'}: ${revoked} sessions, ${codes} codes`
      await tx.appendAuditEvent(auditEvent(deps, 'operator.revoke_sessions', 'ok', null, { userId, detail }))
      return { revoked, codes }
    }),

  setRole: (identity, role) =>
    deps.store.transaction(async (tx) => {
      const user = await findPerson(tx, identity)
      if (!user) return null
      await tx.saveUser({ ...user, role })
      const details = { userId: user.id, detail: `${user.role} to ${role}` }
      await tx.appendAuditEvent(auditEvent(deps, 'operator.role', 'ok', null, details))
      return { userId: user.id, before: user.role }
    }),

  setDeviceGrant: ({ enabled }) =>
    deps.store.transaction(async (tx) => {
      await tx.putSwitch({ name: 'device_grant', enabled, changedAt: deps.now() })
      const detail = enabled ? 'on' : 'off'
      await tx.appendAuditEvent(auditEvent(deps, 'operator.device_grant', 'ok', null, { detail }))
    }),

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

const opensKey = ({ keys }: OperatorDependencies, key: SigningKey): boolean =>
  keys.open('signingKey', key.sealedPrivateJwk, key.kid) !== null

function schedule({ policy }: OperatorDependencies, inService: readonly SigningKey[], now: Date) {
  // with no key at all there is nothing that verifiers could have cached instead
  const signsFrom = inService.length === 0 ? now : secondsAfter(now, keySetMaxAgeSeconds + marginSeconds)
  return { signsFrom, retiresAt: secondsAfter(signsFrom, policy.accessTokenLifetimeSeconds + marginSeconds) }
}

async function findPerson(tx: AuthTx, person: PersonReference): Promise<User | null> {
  if ('userId' in person) return isUuid(person.userId) ? tx.findUser(person.userId) : null
  return (await tx.lockLinkedIdentity(person))?.user ?? null
}

const userIdOf = async ({ store }: OperatorDependencies, person: PersonReference): Promise<string | null> =>
  'userId' in person ? person.userId : ((await store.transaction((tx) => findPerson(tx, person)))?.id ?? null)

function stagesOf(keys: readonly SigningKey[], now: Date): KeyStage[] {
  // the same choice as the key ring's: of the keys in service, the one whose time to sign came last
  const signing = keys
    .filter(({ signsFrom, retiresAt }) => signsFrom <= now && (retiresAt === null || retiresAt > now))
    .reduce<SigningKey | null>((last, key) => (last && last.signsFrom >= key.signsFrom ? last : key), null)
  return keys.map((key) => stageOf(key, now, signing))
}

function stageOf(key: SigningKey, now: Date, signing: SigningKey | null): KeyStage {
  const { kid, algorithm, createdAt, signsFrom, retiresAt } = key
  const stage =
    retiresAt !== null && retiresAt <= now
      ? 'retired'
      : signsFrom > now
        ? 'published'
        : kid === signing?.kid
          ? 'signing'
          : 'retiring'
  return { kid, algorithm, stage, createdAt, signsFrom, retiresAt }
}
