/** The conventions of the scripted node: versions by content, as a real node keeps them. It checks nothing. */

export interface FakeConvention {
  slug: string
  /** Every content it has had, the newest last. */
  contents: string[]
}

const slugOf = (title: string): string => title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')

export const createFakeConventions = () => {
  const conventions = new Map<string, FakeConvention>()

  const deployOne = (manifest: Record<string, unknown>) => {
    const content = JSON.stringify(manifest)
    const slug = slugOf(String(manifest.title))
    const convention = conventions.get(slug) ?? { slug, contents: [] }
    conventions.set(slug, convention)
    const changed = convention.contents.at(-1) !== content
    if (changed) convention.contents.push(content)
    const { id, version } = manifest.schema as { id: string; version: string }
    return {
      slug,
      title: manifest.title,
      description: manifest.description,
      schema_id: { id, version },
      hooks: (manifest.hooks as { name: string }[]).map(({ name }) => name),
      version: convention.contents.length,
      created_at: new Date(),
      content_hash: '0'.repeat(64),
      changed,
    }
  }

  return {
    all: (): FakeConvention[] => [...conventions.values()],
    deploy: (sent: readonly Record<string, unknown>[]) => sent.map(deployOne),
  }
}
