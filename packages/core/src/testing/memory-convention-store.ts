/**
 * A `ConventionStore` in memory, over an `AuthStore` that has the people. Transactions run one at a time, and are rolled back when their work
 * throws. It passes `convention-store-contract.ts`, but cannot test locks.
 */
import type { AuditEvent } from '../auth/rows.ts'
import type { AuthStore } from '../auth/store.ts'
import type { ConventionStore, ConventionTx } from '../conventions/ports.ts'
import type { ConventionRow, ConventionVersion } from '../conventions/rows.ts'

interface MemoryTables {
  /** By slug. */
  readonly conventions: Map<string, ConventionRow>
  readonly versions: ConventionVersion[]
  readonly auditEvents: AuditEvent[]
}

/** Returns a new, empty store. */
export function memoryConventionStore(people: Pick<AuthStore, 'transaction' | 'appendAuditEvent'>): ConventionStore {
  let committed: MemoryTables = { conventions: new Map(), versions: [], auditEvents: [] }
  let line: Promise<unknown> = Promise.resolve()

  const transaction = <T>(work: (tx: ConventionTx) => Promise<T>): Promise<T> => {
    const turn = line.then(async () => {
      const draft = {
        conventions: new Map(committed.conventions),
        versions: [...committed.versions],
        auditEvents: [],
      }
      const result = await work(memoryConventionTx(draft, people))
      for (const event of draft.auditEvents) await people.appendAuditEvent(event)
      committed = draft
      return result
    })
    // the caller gets the error; the next in line only waits for the end
    line = turn.catch(() => undefined)
    return turn
  }
  const versionsOf = (slug: string): ConventionVersion[] => {
    const id = committed.conventions.get(slug)?.id
    return committed.versions.filter(({ conventionId }) => conventionId === id).sort((a, b) => b.version - a.version)
  }
  const nameOf = async (userId: string | null): Promise<string | null> =>
    userId === null ? null : people.transaction(async (tx) => (await tx.findUser(userId))?.displayName ?? null)

  return {
    transaction,
    async listConventions({ descriptionLength }) {
      return [...committed.conventions.keys()].sort().flatMap((slug) => {
        const [version] = versionsOf(slug)
        if (!version) return []
        const { manifest: _manifest, ...outline } = version
        return { slug, newest: { ...outline, description: cut(outline.description, descriptionLength) } }
      })
    },
    async findConventionVersion({ slug, version }) {
      const versions = versionsOf(slug)
      return versions.find((row) => version === null || row.version === version) ?? null
    },
    listConventionVersions: ({ slug, limit }) =>
      Promise.all(
        versionsOf(slug)
          .slice(0, limit)
          .map(async ({ version, schemaId, schemaVersion, contentHash, createdAt, deployedBy }) => ({
            ...{ version, schemaId, schemaVersion, contentHash, createdAt },
            deployedByName: await nameOf(deployedBy),
          })),
      ),
    async listContentHashes(slugs) {
      return slugs.flatMap((slug) =>
        versionsOf(slug)
          .slice(0, 1)
          .map(({ contentHash }) => ({ slug, contentHash })),
      )
    },
    appendAuditEvent: (event) => people.appendAuditEvent(event),
  }
}

/** Cuts by code points, as PostgreSQL does, not by UTF-16 units. */
const cut = (text: string, length: number): string => [...text].slice(0, length).join('')

const memoryConventionTx = (draft: MemoryTables, people: Pick<AuthStore, 'transaction'>): ConventionTx => ({
  lockDeployer: ({ userId, familyId }) =>
    people.transaction(async (tx) => {
      const user = await tx.findUser(userId)
      const family = await tx.lockRefreshFamily(familyId)
      return user && !user.disabledAt && family?.userId === userId && !family.revokedAt ? user : null
    }),
  async countOtherConventions(slugs) {
    return [...draft.conventions.keys()].filter((slug) => !slugs.includes(slug)).length
  },
  async lockConvention(slug) {
    const convention = draft.conventions.get(slug)
    const row = draft.versions.find(
      ({ conventionId, version }) => conventionId === convention?.id && version === convention.version,
    )
    if (!convention || !row) return null
    const { manifest: _manifest, ...newest } = row
    return { convention, newest }
  },
  async insertConvention(row) {
    if (draft.conventions.has(row.slug)) return false
    draft.conventions.set(row.slug, row)
    return true
  },
  async saveConvention(row) {
    if (draft.conventions.get(row.slug)?.id !== row.id) throw new Error('there is no such convention to save')
    draft.conventions.set(row.slug, row)
  },
  async insertConventionVersion(row) {
    const taken = draft.versions.some(
      ({ conventionId, version }) => conventionId === row.conventionId && version === row.version,
    )
    if (taken) throw new Error('the convention already has this version')
    draft.versions.push(Object.freeze({ ...row }))
  },
  async appendAuditEvent(event) {
    draft.auditEvents.push(event)
  },
})
