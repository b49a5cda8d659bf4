/**
 * The node's memory, as the rules see it: single statements, and what happens in a transaction. Implemented by `db` (MikroORM) and, for
 * tests, by `core/testing`.
 */
import type {
  AuditEvent,
  BrowserSession,
  DeviceAuthorization,
  LinkedIdentity,
  LoginTransaction,
  OldRefreshToken,
  RefreshFamily,
  SigningKey,
  Switch,
  SwitchName,
  User,
} from './rows.ts'
import type { KeyedHash, Sha256 } from './secret.ts'

/**
 * `transaction` commits what `work` did when it resolves and nothing when it rejects; a refusal is a
 * value, so that what was decided on the way to it (a family's revocation) is kept. Methods outside `transaction` are
 * one statement each.
 */
export interface AuthStore extends DecisionNotices {
  transaction<T>(work: (tx: AuthTx) => Promise<T>): Promise<T>

  /**
   * Starts a device authorization: keeps its user code from being given out again until `codeRestsUntil` (C15), inserts it, and says so.
   * False, with nothing done, when one of its codes is taken or rests still (A22).
   */
  startDeviceAuthorization(start: {
    device: DeviceAuthorization
    codeRestsUntil: Date
    event: AuditEvent
  }): Promise<boolean>
  /** A device authorization by its device code, with the person who claimed it. */
  findPolled(deviceCodeHash: Sha256): Promise<Polled | null>
  /**
   * Saves what a poll changes (interval, last poll, end), if what was `read` still stands: its status, and what would be changed. False,
   * with nothing done, when it does not.
   */
  movePolled(change: { read: DeviceAuthorization; next: DeviceAuthorization }): Promise<boolean>
  /** Consumes an approved code, opens its family and says so, if the code is as it was `read`. False, with nothing done, when it is not. */
  redeemDeviceAuthorization(redemption: {
    read: DeviceAuthorization
    next: DeviceAuthorization
    family: RefreshFamily
    event: AuditEvent
  }): Promise<boolean>
  findRefreshFamily(id: string): Promise<{ family: RefreshFamily; user: User } | null>
  /**
   * Saves what a refresh changes, or the end of a family, and says so, if what was `read` still stands: no rotation, repeat or end since.
   * False, with nothing done, when it does not.
   */
  moveRefreshFamily(change: {
    read: RefreshFamily
    next: RefreshFamily
    events: readonly AuditEvent[]
  }): Promise<boolean>
  /** A token from before families had generations, by its hash. */
  findOldRefreshToken(hash: Sha256): Promise<OldRefreshToken | null>

  /**
   * The person, sign-in and family behind an access token; null unless all are there, undisabled and unrevoked at `now`, and the
   * token was not seen to be over before (`endAccessToken`).
   */
  findPrincipal(query: {
    userId: string
    familyId: string
    accessTokenId: string
    now: Date
  }): Promise<{ user: User; identity: LinkedIdentity; family: RefreshFamily } | null>
  /**
   * Remembers that a family's access token was used at `at`, unless a later call than `unlessAfter` is on record. Does not wait for a row
   * that is being changed, and notes nothing of it then.
   */
  noteCall(call: { familyId: string; at: Date; unlessAfter: Date }): Promise<void>
  /** Remembers for a day that an access token's time was seen to be up, so that a clock set back does not revive it (L08). */
  endAccessToken(ended: { accessTokenId: string; endedAt: Date }): Promise<void>
  /** A session that is over is deleted on the way, and is null from then on. */
  findBrowserSession(query: {
    secretHash: Sha256
    now: Date
  }): Promise<{ session: BrowserSession; user: User; identity: LinkedIdentity } | null>
  findDeviceAuthorization(id: string): Promise<DeviceAuthorization | null>
  /** Families of a person that can still be refreshed at `now` with idle limit `usedAfter`, newest first; with null, of everybody. */
  listRefreshFamilies(query: FamilyQuery): Promise<RefreshFamily[]>
  /** How many authorizations each source has that are undecided and unexpired at `now`. */
  countPendingBySource(now: Date): Promise<ReadonlyMap<string, number>>
  listSigningKeys(): Promise<SigningKey[]>
  /** Null when nobody has touched it. */
  findSwitch(name: SwitchName): Promise<Switch | null>
  /** The newest events first, at most `limit` of those that all of the query fits. */
  listAuditEvents(query: AuditEventQuery): Promise<AuditEvent[]>
  /** People with whom their providers vouch for, the newest first: some by id, or all whose name or subject has `search` in it. */
  listPeople(query: PeopleQuery): Promise<Person[]>
  appendAuditEvent(event: AuditEvent): Promise<void>
  /** Appends the event, or replaces the one of the same id if that is not of a later moment: for what is counted in one row. */
  putAuditEvent(event: AuditEvent): Promise<void>

  /**
   * Puts on record that the time of device authorizations and families is up at `now` (idle ones since `idleSince`), so that it stays
   * so (L08); and removes whatever has ended: device authorizations and login transactions past `device`, browser sessions past
   * `browser`, families (with their tokens) that ended before `family`, signing keys retired before `signingKey`, audit events
   * before `audit`, user codes remembered until `now`, access tokens that ended before `accessToken`. All in batches of at most `batch` rows a table, without
   * waiting for a locked row. Returns the count a table; call again while any equals `batch`.
   */
  sweep(cutoff: {
    now: Date
    idleSince: Date
    device: Date
    login: Date
    browser: Date
    family: Date
    familyIdle: Date
    signingKey: Date
    accessToken: Date
    audit: Date
    batch: number
  }): Promise<Record<string, number>>
}

export interface AuditEventQuery {
  readonly limit: number
  /** Only events that come after this one in the list, which are older: to read it page by page. */
  readonly before?: { readonly at: Date; readonly id: string }
  /** None older than this. */
  readonly since?: Date
  readonly event?: string
  readonly userId?: string
  /** The address as it is in the event. */
  readonly ip?: string
  /** The id of a session or of a device authorization, or the name of a device that has one of them still. */
  readonly device?: string
}

export interface FamilyQuery extends SessionsQuery {
  readonly now: Date
  readonly usedAfter: Date
}

export interface SessionsQuery {
  readonly userId: string | null
  /** All of them without. */
  readonly limit?: number
  readonly before?: ListedBefore
}

/** Only rows that come after this one in a list that has the newest first: to read it page by page. */
export interface ListedBefore {
  readonly createdAt: Date
  readonly id: string
}

export interface PeopleQuery {
  readonly limit: number
  readonly before?: ListedBefore
  readonly userIds?: readonly string[]
  /** Without regard to upper and lower case. */
  readonly search?: string
}

export interface Person {
  readonly user: User
  /** The oldest first. */
  readonly identities: readonly LinkedIdentity[]
}

/** How a process hears of decisions, its own and those of the node's other processes, without asking again and again. */
export interface DecisionNotices {
  /**
   * Calls `onNotice` when a decision on this device code may have been committed: after each `announceDecision`, and after a gap
   * in which one could have been missed. A notice is a reason to look, never the decision itself. Returns what ends it.
   */
  listenForDecision(deviceCodeHash: Sha256, onNotice: () => void): () => void
}

export interface Polled {
  readonly device: DeviceAuthorization
  /** The person who claimed it; null while there is none, or when they are gone. */
  readonly owner: Pick<User, 'id' | 'disabledAt'> | null
}

/** The view inside a transaction: `lock…` reads for update, `insert` new, `save` existing rows. */
export interface AuthTx extends DeviceTx, PeopleTx, TokenTx {
  /** Inserts the switch, or replaces it. */
  putSwitch(row: Switch): Promise<void>

  appendAuditEvent(event: AuditEvent): Promise<void>
}

/** Device authorizations and login transactions. */
export interface DeviceTx {
  lockDeviceAuthorizationByUserCodeHash(hash: KeyedHash): Promise<DeviceAuthorization | null>
  lockDeviceAuthorization(id: string): Promise<DeviceAuthorization | null>
  /** False when the user code is taken; nothing is inserted then and the transaction stays usable. */
  insertDeviceAuthorization(row: DeviceAuthorization): Promise<boolean>
  saveDeviceAuthorization(row: DeviceAuthorization): Promise<void>
  /** Sends a notice to whoever listens for this code, in every process, once this transaction has committed. */
  announceDecision(deviceCodeHash: Sha256): Promise<void>

  insertLoginTransaction(row: LoginTransaction): Promise<void>
  /** Marks it as taken and returns it: of many callers with the same hashes exactly one gets the row. */
  takeLoginTransaction(query: { stateHash: Sha256; browserHash: Sha256 }): Promise<LoginTransaction | null>
  /** Removes it; false when it is gone: `endSignIns` has ended it since it was taken. To be called with the device locked, if there is one. */
  finishLoginTransaction(id: string): Promise<boolean>
}

/** People, their linked identities and their browsers. */
export interface PeopleTx {
  findUser(id: string): Promise<User | null>
  lockLinkedIdentity(query: {
    issuer: string
    subject: string
  }): Promise<{ identity: LinkedIdentity; user: User } | null>
  /** False when (issuer, subject) is taken by a concurrent first sign-in; nothing is inserted then. */
  insertUser(user: User, identity: LinkedIdentity): Promise<boolean>
  saveUser(user: User): Promise<void>

  lockBrowserSession(secretHash: Sha256): Promise<BrowserSession | null>
  lockBrowserSessionById(id: string): Promise<BrowserSession | null>
  insertBrowserSession(row: BrowserSession): Promise<void>
  saveBrowserSession(row: BrowserSession): Promise<void>
  deleteBrowserSession(id: string): Promise<void>
}

/** Sessions, their ends and the keys that their tokens are signed with. */
export interface TokenTx {
  lockRefreshFamily(id: string): Promise<RefreshFamily | null>
  insertRefreshFamily(row: RefreshFamily): Promise<void>
  saveRefreshFamily(row: RefreshFamily): Promise<void>
  /**
   * Ends what may still become a session, of one person or of all: device authorizations they claimed or approved that are not
   * redeemed; sign-ins under way for those, and all whose provider is being asked just now, for one of them may be that person's (for
   * all: every one); and browser sessions. Waits for whoever is redeeming one just now. Returns how many device authorizations it ended.
   */
  endSignIns(query: { userId: string | null; endedAt: Date }): Promise<number>
  /** Revokes every unrevoked family, of one person or of all, locking them in the order of their ids; returns how many. */
  revokeRefreshFamilies(query: { userId: string | null; revokedAt: Date; because: 'operator' }): Promise<number>

  /** Takes the one lock under which signing keys are made, then lists them. */
  lockSigningKeys(): Promise<SigningKey[]>
  insertSigningKey(row: SigningKey): Promise<void>
  saveSigningKey(row: SigningKey): Promise<void>
}
