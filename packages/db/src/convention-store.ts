/** Implements core's `ConventionStore` on a database. Lists and locks do not read manifests, which may be large. */
import type { ConventionStore, ConventionTx } from '@osa/core'
import { isUuid } from '@osa/core'
import type { Connections, Unit } from './connections.ts'
import { AuditEventEntity } from './entities/audit-event.ts'
import { ConventionEntity } from './entities/convention.ts'
import { ConventionVersionEntity } from './entities/convention-version.ts'
import { lockAddress } from './locks.ts'
import { inserted } from './query.ts'

/** All columns of a version except its description and manifest. */
const outlineColumns = [
  'v.id',
  'v.conventionId',
  'v.version',
  'v.title',
  'v.schemaId',
  'v.schemaVersion',
  'v.hookNames',
  'v.contentHash',
  'v.deployedBy',
  'v.createdAt',
] as const

const newestVersions = ({ query }: Unit) =>
  query
    .selectFrom('conventions as c')
    .innerJoin('convention_versions as v', (join) =>
      join.onRef('v.conventionId', '=', 'c.id').onRef('v.version', '=', 'c.version'),
    )

export const conventionStore = ({ run, transaction }: Connections): ConventionStore => ({
  transaction: <T>(work: (tx: ConventionTx) => Promise<T>) => transaction((unit) => work(conventionTx(unit))),
  async listConventions({ descriptionLength }) {
    const rows = await run((unit) =>
      newestVersions(unit)
        .select('c.slug')
        .select(({ fn, val }) => fn<string>('left', ['v.description', val(descriptionLength)]).as('description'))
        .select(outlineColumns)
        .orderBy('c.slug', (order) => order.collate('C'))
        .execute(),
    )
    return rows.map(({ slug, ...newest }) => ({ slug, newest }))
  },
  async findConventionVersion({ slug, version }) {
    const found = await run(({ query }) => {
      const versions = query
        .selectFrom('convention_versions as v')
        .innerJoin('conventions as c', 'c.id', 'v.conventionId')
        .selectAll('v')
        .where('c.slug', '=', slug)
      const wanted =
        version === null ? versions.whereRef('v.version', '=', 'c.version') : versions.where('v.version', '=', version)
      return wanted.executeTakeFirst()
    })
    return found ?? null
  },
  listConventionVersions: ({ slug, limit }) =>
    run(({ query }) =>
      query
        .selectFrom('conventions as c')
        .innerJoin('convention_versions as v', 'v.conventionId', 'c.id')
        .leftJoin('users as u', 'u.id', 'v.deployedBy')
        .select(['v.version', 'v.schemaId', 'v.schemaVersion', 'v.contentHash', 'v.createdAt'])
        .select('u.displayName as deployedByName')
        .where('c.slug', '=', slug)
        .orderBy('v.version', 'desc')
        .limit(limit)
        .execute(),
    ),
  async listContentHashes(slugs) {
    return run((unit) =>
      newestVersions(unit)
        .select(['c.slug', 'v.contentHash'])
        .where(({ eb, fn, val }) => eb('c.slug', '=', fn.any(val([...slugs]))))
        .execute(),
    )
  },
  async appendAuditEvent(event) {
    await run(({ em }) => em.insert(AuditEventEntity, event))
  },
})

const conventionTx = ({ em, query }: Unit): ConventionTx => ({
  async lockDeployer({ userId, familyId }) {
    if (!isUuid(userId) || !isUuid(familyId)) return null
    // shared locks: changing the role or ending the session has to wait for them. The person is locked first, as everywhere
    const user = await query
      .selectFrom('users')
      .selectAll()
      .where('id', '=', userId)
      .where('disabledAt', 'is', null)
      .forShare()
      .executeTakeFirst()
    if (!user) return null
    const session = await query
      .selectFrom('refresh_families')
      .select('id')
      .where('id', '=', familyId)
      .where('userId', '=', userId)
      .where('revokedAt', 'is', null)
      .forShare()
      .executeTakeFirst()
    return session ? user : null
  },
  countOtherConventions: (slugs) => em.count(ConventionEntity, { slug: { $nin: [...slugs] } }),
  async lockConvention(slug) {
    // lock unused addresses too: a row inserted in the meantime would otherwise be locked out of order, after later addresses
    await lockAddress(query, slug)
    const convention = await query
      .selectFrom('conventions')
      .selectAll()
      .where('slug', '=', slug)
      .forNoKeyUpdate()
      .executeTakeFirst()
    if (!convention) return null
    // a separate statement, so that it sees what the previous holder of the lock has written
    const newest = await query
      .selectFrom('convention_versions as v')
      .select(['v.description', ...outlineColumns])
      .where('v.conventionId', '=', convention.id)
      .where('v.version', '=', convention.version)
      .executeTakeFirst()
    if (!newest) throw new Error('a convention lacks its newest version')
    return { convention, newest }
  },
  insertConvention: (row) =>
    inserted(
      query
        .insertInto('conventions')
        .values(row)
        .onConflict((taken) => taken.doNothing()),
    ),
  async saveConvention({ id, ...row }) {
    if ((await em.nativeUpdate(ConventionEntity, { id }, row)) !== 1) throw new Error('there is no such convention')
  },
  async insertConventionVersion(row) {
    await em.insert(ConventionVersionEntity, row)
  },
  async appendAuditEvent(event) {
    await em.insert(AuditEventEntity, event)
  },
})
