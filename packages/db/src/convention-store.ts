/** The `ConventionStore` of a database. Lists and locks leave the manifests, which may be large, where they are. */
import type { ConventionOutline, ConventionStore, ConventionTx, ConventionVersionLine } from '@osa/core'
import type { Connections } from './connections.ts'
import { isId } from './identifier.ts'
import type { Columns, Sql } from './sql.ts'
import { tables } from './tables.ts'

const { conventions, conventionVersions, users, auditEvents } = tables

const outlineColumns = `
v.id, v.convention_id, v.version, v.title, v.schema_id, v.schema_version, v.hook_names, v.content_hash, v.deployed_by, v.created_at`

const listText = `
select c.slug, left(v.description, $1) as description, ${outlineColumns}
from conventions c join convention_versions v on v.convention_id = c.id and v.version = c.version
order by c.slug collate "C"`

const versionCondition = `
convention_id = (select id from conventions where slug = $1)
  and version = coalesce($2::int, (select version from conventions where slug = $1))`

const linesText = `
select v.version, v.schema_id, v.schema_version, v.content_hash, v.created_at, u.display_name
from conventions c
join convention_versions v on v.convention_id = c.id
left join users u on u.id = v.deployed_by
where c.slug = $1 order by v.version desc limit $2`

const hashesText = `
select c.slug, v.content_hash
from conventions c join convention_versions v on v.convention_id = c.id and v.version = c.version
where c.slug = any ($1::text[])`

const newestText = `
select v.description, ${outlineColumns} from convention_versions v where v.convention_id = $1 and v.version = $2`

// shared locks, which a change of the role or the end of the session has to wait for; the person first, as everywhere
const lockDeployerText = `
select ${users.columns('')} from users where users.id = $1 and users.disabled_at is null for share`
const lockSessionText = 'select from refresh_families where id = $1 and user_id = $2 and revoked_at is null for share'

const countOthersText = 'select count(*)::int as others from conventions where slug <> all ($1::text[])'

export const conventionStore = ({ sql, transaction }: Connections): ConventionStore => ({
  transaction: <T>(work: (tx: ConventionTx) => Promise<T>) => transaction((inside) => work(conventionTx(inside))),
  async listConventions({ descriptionLength }) {
    const { rows } = await sql(listText, [descriptionLength])
    return rows.map((record) => ({ slug: String(record.slug), newest: outlineOf(record) }))
  },
  findConventionVersion: ({ slug, version }) => conventionVersions.findFirst(sql, versionCondition, [slug, version]),
  async listConventionVersions({ slug, limit }) {
    return (await sql(linesText, [slug, limit])).rows.map(lineOf)
  },
  async listContentHashes(slugs) {
    const { rows } = await sql<{ slug: string; content_hash: string }>(hashesText, [slugs])
    return rows.map(({ slug, content_hash: contentHash }) => ({ slug, contentHash }))
  },
  appendAuditEvent: (event) => auditEvents.insert(sql, event),
})

const conventionTx = (sql: Sql): ConventionTx => ({
  async lockDeployer({ userId, familyId }) {
    if (!isId(userId) || !isId(familyId)) return null
    const [record] = (await sql(lockDeployerText, [userId])).rows
    if (!record || (await sql(lockSessionText, [familyId, userId])).rows.length === 0) return null
    return users.read(record)
  },
  async countOtherConventions(slugs) {
    return (await sql<{ others: number }>(countOthersText, [slugs])).rows[0]?.others ?? 0
  },
  async lockConvention(slug) {
    const convention = await conventions.lockFirst(sql, 'slug = $1', [slug])
    if (!convention) return null
    // a statement of its own: it sees what whoever held the lock before has written
    const [record] = (await sql(newestText, [convention.id, convention.version])).rows
    if (!record) throw new Error('a convention lacks its newest version')
    return { convention, newest: outlineOf(record) }
  },
  insertConvention: (row) => conventions.insertUnlessTaken(sql, row),
  saveConvention: (row) => conventions.save(sql, row),
  insertConventionVersion: (row) => conventionVersions.insert(sql, row),
  appendAuditEvent: (event) => auditEvents.insert(sql, event),
})

const outlineOf = (record: Columns): ConventionOutline => {
  const { manifest: _absent, ...outline } = conventionVersions.read(record)
  return outline
}

const lineOf = (record: Columns): ConventionVersionLine => {
  const { version, schemaId, schemaVersion, contentHash, createdAt } = conventionVersions.read(record)
  const deployedByName = typeof record.display_name === 'string' ? record.display_name : null
  return { version, schemaId, schemaVersion, contentHash, createdAt, deployedByName }
}
