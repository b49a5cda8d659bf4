/** The dependencies of the operations on conventions. The store is implemented by `db`, and for tests by `core/testing`. */
import type { AuthDependencies } from '../auth/dependencies.ts'
import type { AuditEvent, User } from '../auth/rows.ts'
import type { ConventionOutline, ConventionRow, ConventionVersion } from './rows.ts'

export type ConventionDependencies = Pick<AuthDependencies, 'limiter' | 'roleGrants' | 'now' | 'random'> & {
  readonly store: ConventionStore
}

/** `transaction` commits all changes when `work` resolves, and none when it rejects. The other methods are one statement each. */
export interface ConventionStore {
  transaction<T>(work: (tx: ConventionTx) => Promise<T>): Promise<T>
  /** Lists the newest version of each convention, sorted by slug. Descriptions are cut after `descriptionLength` characters. */
  listConventions(query: { descriptionLength: number }): Promise<{ slug: string; newest: ConventionOutline }[]>
  /** Finds one version; the newest if `version` is null. Null if there is none, also for text that is not a slug. */
  findConventionVersion(query: { slug: string; version: number | null }): Promise<ConventionVersion | null>
  /** Lists the versions of a convention, newest first, at most `limit`. */
  listConventionVersions(query: { slug: string; limit: number }): Promise<ConventionVersionLine[]>
  /** Lists the hashes of the newest versions at these addresses, without locking them. Free addresses are left out. */
  listContentHashes(slugs: readonly string[]): Promise<{ slug: string; contentHash: string }[]>
  /** Appends the event of a refusal, which belongs to no transaction. */
  appendAuditEvent(event: AuditEvent): Promise<void>
}

export type ConventionVersionLine = Pick<
  ConventionOutline,
  'version' | 'schemaId' | 'schemaVersion' | 'contentHash' | 'createdAt'
> & { readonly deployedByName: string | null }

export interface ConventionTx {
  /**
   * Reads the person of a session; null when they are disabled or the session was ended. Locks both, so that until the transaction ends the
   * role cannot be changed and the session cannot be ended. Callers take all other locks first.
   */
  lockDeployer(query: { userId: string; familyId: string }): Promise<User | null>
  /** Counts the conventions at other addresses than these. */
  countOtherConventions(slugs: readonly string[]): Promise<number>
  /**
   * Reads the convention at this address and its newest version, and locks it until the transaction ends. Callers lock and insert in the
   * order of slugs, so that no two deploys wait for each other.
   */
  lockConvention(slug: string): Promise<{ convention: ConventionRow; newest: ConventionOutline } | null>
  /** Returns false when a concurrent deploy has taken the slug. Then nothing is inserted, and the convention can be locked. */
  insertConvention(row: ConventionRow): Promise<boolean>
  saveConvention(row: ConventionRow): Promise<void>
  insertConventionVersion(row: ConventionVersion): Promise<void>
  appendAuditEvent(event: AuditEvent): Promise<void>
}
