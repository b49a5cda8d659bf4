/** The conventions of the scripted node. Like a real node it makes a version for each new content, but it checks nothing. */
import { createHash } from 'node:crypto'

export interface FakeConvention {
  slug: string
  /** The content of every version, the newest last. */
  contents: string[]
  /** When each version was deployed. */
  deployedAt: Date[]
}

interface Manifest {
  title: string
  description: string
  schema: { id: string; version: string }
  hooks: { name: string }[]
}

const slugOf = (title: string): string => title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
const hashOf = (content: string): string => createHash('sha256').update(content).digest('hex')

/** Returns a version (1 is the first; the newest by default) as `conventions.list` shows it, with its content; null if there is none. */
function versionOf({ slug, contents, deployedAt }: FakeConvention, version = contents.length) {
  const content = contents[version - 1]
  if (content === undefined) return null
  const manifest = JSON.parse(content) as Manifest
  const { title, description, schema, hooks } = manifest
  const schema_id = { id: schema.id, version: schema.version }
  const created_at = deployedAt[version - 1]
  const summary = { slug, title, description, schema_id, hooks: hooks.map(({ name }) => name), version, created_at }
  return { summary, manifest, line: { version, schema_id, content_hash: hashOf(content), created_at } }
}

export function createFakeConventions() {
  const conventions = new Map<string, FakeConvention>()

  const deployOne = (manifest: Record<string, unknown>) => {
    const content = JSON.stringify(manifest)
    const slug = slugOf(String(manifest.title))
    const convention = conventions.get(slug) ?? { slug, contents: [], deployedAt: [] }
    conventions.set(slug, convention)
    const changed = convention.contents.at(-1) !== content
    if (changed) {
      convention.contents.push(content)
      convention.deployedAt.push(new Date())
    }
    return { ...versionOf(convention)?.summary, content_hash: hashOf(content), changed }
  }

  return {
    all: (): FakeConvention[] => [...conventions.values()],
    deploy: (sent: readonly Record<string, unknown>[]) => sent.map(deployOne),
    list: () =>
      [...conventions.values()]
        .sort((a, b) => (a.slug < b.slug ? -1 : 1))
        .flatMap((convention) => versionOf(convention)?.summary ?? []),
    /** Returns null if there is none. */
    get: ({ slug, version }: { slug: string; version?: number }) => {
      const convention = conventions.get(slug)
      const found = convention && versionOf(convention, version)
      if (!convention || !found) return null
      const versions = convention.contents
        .flatMap((_, index) => versionOf(convention, index + 1)?.line ?? [])
        .map((line) => ({ ...line, deployed_by: 'Josiah Carberry' }))
      const { summary, manifest, line } = found
      return { ...summary, content_hash: line.content_hash, manifest, versions: versions.reverse() }
    },
  }
}
