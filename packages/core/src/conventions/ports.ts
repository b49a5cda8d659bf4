/** What conventions need from outside: a store with transactions. Implemented by `db` and, for tests, by `core/testing`. */
import type { AuditEvent, User } from '../auth/rows.ts'
import type { ConventionOutline, ConventionRow, ConventionVersion } from './rows.ts'

/** `transaction` commits what `work` did when it resolves and nothing when it rejects. The other methods are one statement each. */
export interface ConventionStore {
  transaction<T>(work: (tx: ConventionTx) => Promise<T>): Promise<T>
  /** The newest version of each convention by slug; descriptions longer than `descriptionLength` characters are cut there. */
  listConventions(query: { descriptionLength: number }): Promise<{ slug: string; newest: ConventionOutline }[]>
  /** One version whole; the newest when `version` is null. Null for whatever is not there, also for text that can be no slug. */
  findConventionVersion(query: { slug: string; version: number | null }): Promise<ConventionVersion | null>
  /** A line for each version of a convention, newest first, at most `limit`. */
  listConventionVersions(query: { slug: string; limit: number }): Promise<ConventionVersionLine[]>
  /** What is there now at these addresses; a free one is not among the answers. Without a lock: it may change at any moment. */
  listContentHashes(slugs: readonly string[]): Promise<{ slug: string; contentHash: string }[]>
  /** For refusals, which belong to no transaction. */
  appendAuditEvent(event: AuditEvent): Promise<void>
}

export type ConventionVersionLine = Pick<
  ConventionOutline,
  'version' | 'schemaId' | 'schemaVersion' | 'contentHash' | 'createdAt'
> & { readonly deployedByName: string | null }

export interface ConventionTx {
  /**
   * The person behind a session as the database has them now; null when they are disabled or the session was ended. Both are locked: until
   * the transaction ends nobody can take the role or end the session. To be called when nothing is left to wait for.
   */
  lockDeployer(query: { userId: string; familyId: string }): Promise<User | null>
  /** How many conventions there are at other addresses than these. */
  countOtherConventions(slugs: readonly string[]): Promise<number>
  /**
   * The convention at this address and its newest version, locked until the transaction ends. Callers lock in the order of slugs, and
   * insert in that same order, so that no two wait for each other.
   */
  lockConvention(slug: string): Promise<{ convention: ConventionRow; newest: ConventionOutline } | null>
  /** False when a concurrent deploy has taken the slug: nothing is inserted then, and it can be locked. */
  insertConvention(row: ConventionRow): Promise<boolean>
  saveConvention(row: ConventionRow): Promise<void>
  insertConventionVersion(row: ConventionVersion): Promise<void>
  appendAuditEvent(event: AuditEvent): Promise<void>
}
