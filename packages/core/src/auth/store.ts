/**
 * The store that the rules use: single statements, and operations within a transaction. Implemented by `db` (MikroORM), and for tests by
 * `core/testing`.
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
 * `transaction` commits all changes when `work` resolves, and none when it rejects. A refusal is a value, so that changes that lead to it,
 * such as the revocation of a family, are committed. Methods outside `transaction` are one statement each.
 */
export interface AuthStore extends DecisionNotices {
  transaction<T>(work: (tx: AuthTx) => Promise<T>): Promise<T>

  /**
   * Inserts a device authorization and its audit event, and reserves its user code until `codeRestsUntil` (C15). Returns false, without any
   * change, when one of its codes is taken or still reserved (A22).
   */
  startDeviceAuthorization(start: {
    device: DeviceAuthorization
    codeRestsUntil: Date
    event: AuditEvent
  }): Promise<boolean>
  /** Finds a device authorization by its device code, with the person who claimed it. */
  findPolled(deviceCodeHash: Sha256): Promise<Polled | null>
  /**
   * Saves what a poll changes (interval, last poll, end), if the status and these fields are still as they were in `read`. Returns false,
   * without any change, when they are not.
   */
  movePolled(change: { read: DeviceAuthorization; next: DeviceAuthorization }): Promise<boolean>
  /**
   * Consumes an approved code, and inserts its family and the audit event, if the code is still as it was in `read`. Returns false, without
   * any change, when it is not.
   */
  redeemDeviceAuthorization(redemption: {
    read: DeviceAuthorization
    next: DeviceAuthorization
    family: RefreshFamily
    event: AuditEvent
  }): Promise<boolean>
  findRefreshFamily(id: string): Promise<{ family: RefreshFamily; user: User } | null>
  /**
   * Saves a refresh or the end of a family, with its audit events, if there was no rotation, repeat or end since `read`. Returns false, without
   * any change, when there was.
   */
  moveRefreshFamily(change: {
    read: RefreshFamily
    next: RefreshFamily
    events: readonly AuditEvent[]
  }): Promise<boolean>
  /** Finds a token from before families had generations, by its hash. */
  findOldRefreshToken(hash: Sha256): Promise<OldRefreshToken | null>

  /**
   * Finds the person, identity and family of an access token. Null when one of them is missing, the person is disabled, the family is revoked
   * or expired at `now`, or the token was recorded as expired (`endAccessToken`).
   */
  findPrincipal(query: {
    userId: string
    familyId: string
    accessTokenId: string
    now: Date
  }): Promise<{ user: User; identity: LinkedIdentity; family: RefreshFamily } | null>
  /** Records a call at `at`, unless one after `unlessAfter` is already recorded. Does not wait for a locked row, and then records nothing. */
  noteCall(call: { familyId: string; at: Date; unlessAfter: Date }): Promise<void>
  /** Records for a day that an access token was seen expired, so that setting the clock back does not revive it (L08). */
  endAccessToken(ended: { accessTokenId: string; endedAt: Date }): Promise<void>
  /** Finds a browser session by its cookie. An expired session is deleted by this call, and stays null afterwards. */
  findBrowserSession(query: {
    secretHash: Sha256
    now: Date
  }): Promise<{ session: BrowserSession; user: User; identity: LinkedIdentity } | null>
  findDeviceAuthorization(id: string): Promise<DeviceAuthorization | null>
  /** Lists the active families of a person, or with null of all people, that were used after `usedAfter`, newest first. */
  listRefreshFamilies(query: FamilyQuery): Promise<RefreshFamily[]>
  /** Counts for each source the device authorizations that are pending and not expired at `now`. */
  countPendingBySource(now: Date): Promise<ReadonlyMap<string, number>>
  listSigningKeys(): Promise<SigningKey[]>
  /** Finds a switch; null if it was never changed. */
  findSwitch(name: SwitchName): Promise<Switch | null>
  /** Lists the events that match the whole query, newest first, at most `limit`. */
  listAuditEvents(query: AuditEventQuery): Promise<AuditEvent[]>
  /** Lists people with their identities, newest first: those with the given ids, or those whose name or subject contains `search`. */
  listPeople(query: PeopleQuery): Promise<Person[]>
  appendAuditEvent(event: AuditEvent): Promise<void>
  /** Appends the event, or replaces the event with the same id unless that one is newer. For events that contain a count. */
  putAuditEvent(event: AuditEvent): Promise<void>

  /**
   * Records the end of device authorizations and families that are expired at `now` or idle since `idleSince`, so that they stay expired
   * (L08). Removes device authorizations that expired before `device`, login transactions before `login`, browser sessions before `browser`,
   * families (with their tokens) that ended before `family` or were last used before `familyIdle`, signing keys retired before `signingKey`,
   * audit events before `audit`, user codes reserved until `now`, and records of access tokens that ended before `accessToken`. Handles at
   * most `batch` rows of each table, and does not wait for locked rows. Returns the number of rows by table; call it again while any of them
   * equals `batch`.
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
  /** Only events after this one in the list, which are older. For reading it page by page. */
  readonly before?: { readonly at: Date; readonly id: string }
  /** Only events from this instant on. */
  readonly since?: Date
  readonly event?: string
  readonly userId?: string
  /** The exact address in the event. */
  readonly ip?: string
  /** The id of a session or device authorization, or the device name of one that still exists. */
  readonly device?: string
}

export interface FamilyQuery extends SessionsQuery {
  readonly now: Date
  readonly usedAfter: Date
}

export interface SessionsQuery {
  readonly userId: string | null
  /** By default all. */
  readonly limit?: number
  readonly before?: ListedBefore
}

/** Only rows after this one in a list that starts with the newest. For reading it page by page. */
export interface ListedBefore {
  readonly createdAt: Date
  readonly id: string
}

export interface PeopleQuery {
  readonly limit: number
  readonly before?: ListedBefore
  readonly userIds?: readonly string[]
  /** Case-insensitive. */
  readonly search?: string
}

export interface Person {
  readonly user: User
  /** Oldest first. */
  readonly identities: readonly LinkedIdentity[]
}

/** Notices of decisions, from this process and the node's other processes, so that a watch need not query repeatedly. */
export interface DecisionNotices {
  /**
   * Calls `onNotice` when a decision on this device code may have been committed: after each `announceDecision`, and after a gap in which one
   * may have been missed. The listener must read the row to learn the decision. Returns a function that ends the listening.
   */
  listenForDecision(deviceCodeHash: Sha256, onNotice: () => void): () => void
}

export interface Polled {
  readonly device: DeviceAuthorization
  /** The person who claimed it; null if there is none, or if their account is gone. */
  readonly owner: Pick<User, 'id' | 'disabledAt'> | null
}

/** The operations within a transaction: `lock…` reads a row for update, `insert…` adds a new one, `save…` updates an existing one. */
export interface AuthTx extends DeviceTx, PeopleTx, TokenTx {
  /** Inserts the switch, or replaces it. */
  putSwitch(row: Switch): Promise<void>

  appendAuditEvent(event: AuditEvent): Promise<void>
}

/** Device authorizations and login transactions. */
export interface DeviceTx {
  lockDeviceAuthorizationByUserCodeHash(hash: KeyedHash): Promise<DeviceAuthorization | null>
  lockDeviceAuthorization(id: string): Promise<DeviceAuthorization | null>

  saveDeviceAuthorization(row: DeviceAuthorization): Promise<void>
  /** Notifies the listeners for this code, in every process, once this transaction has committed. */
  announceDecision(deviceCodeHash: Sha256): Promise<void>

  insertLoginTransaction(row: LoginTransaction): Promise<void>
  /** Marks it as taken and returns it. Of several callers with the same hashes, exactly one gets the row. */
  takeLoginTransaction(query: { stateHash: Sha256; browserHash: Sha256 }): Promise<LoginTransaction | null>
  /** Removes it. Returns false if `endSignIns` has removed it since it was taken. The caller must have locked the device, if there is one. */
  finishLoginTransaction(id: string): Promise<boolean>
}

/** People, their linked identities and their browsers. */
export interface PeopleTx {
  findUser(id: string): Promise<User | null>
  lockLinkedIdentity(query: {
    issuer: string
    subject: string
  }): Promise<{ identity: LinkedIdentity; user: User } | null>
  /** Returns false, without any change, when a concurrent first sign-in has taken (issuer, subject). */
  insertUser(user: User, identity: LinkedIdentity): Promise<boolean>
  saveUser(user: User): Promise<void>

  lockBrowserSession(secretHash: Sha256): Promise<BrowserSession | null>
  lockBrowserSessionById(id: string): Promise<BrowserSession | null>
  insertBrowserSession(row: BrowserSession): Promise<void>
  saveBrowserSession(row: BrowserSession): Promise<void>
  deleteBrowserSession(id: string): Promise<void>
}

/** Sessions, and the keys that sign their access tokens. */
export interface TokenTx {
  lockRefreshFamily(id: string): Promise<RefreshFamily | null>

  saveRefreshFamily(row: RefreshFamily): Promise<void>
  /**
   * Ends everything that could still become a session, of one person or of all people: claimed or approved device authorizations that are not
   * redeemed, the sign-ins in progress for them, and browser sessions. It also ends every sign-in whose provider is just being called, since
   * it may turn out to be that person's; for all people, it ends every sign-in. Waits for redemptions in progress. Returns the number of
   * ended device authorizations.
   */
  endSignIns(query: { userId: string | null; endedAt: Date }): Promise<number>
  /** Revokes every active family of one person or of all people, and locks them in the order of their ids. Returns their number. */
  revokeRefreshFamilies(query: { userId: string | null; revokedAt: Date; because: 'operator' }): Promise<number>

  /** Takes the lock under which signing keys are made, and returns all keys. */
  lockSigningKeys(): Promise<SigningKey[]>
  insertSigningKey(row: SigningKey): Promise<void>
  saveSigningKey(row: SigningKey): Promise<void>
}
