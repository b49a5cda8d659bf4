/** The conventions of the scripted node: versions by content, as a real node keeps them. It checks nothing. */

export interface FakeConvention {
  slug: string
  /** Every content it has had, the newest last. */
  contents: string[]
}

type Answer = [status: number, json: unknown]

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
      created_at: new Date().toISOString(),
      content_hash: '0'.repeat(64),
      changed,
    }
  }

  return {
    all: (): FakeConvention[] => [...conventions.values()],
    /** An error as tRPC sends it. */
    refuse: (status: number, message: string): Answer => [
      status,
      { error: { json: { message, code: -32000, data: { httpStatus: status } } } },
    ],
    deploy(body: string): Answer {
      const { conventions: sent } = (JSON.parse(body) as { json: { conventions: Record<string, unknown>[] } }).json
      return [200, { result: { data: { json: { conventions: sent.map(deployOne) } } } }]
    },
  }
}
