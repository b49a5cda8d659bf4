/** Checks the manifests that a caller sent. Returns the conventions to register, or all issues. */
import { checkConvention, conventionManifest, type Issue, maxConventionsInDeploy, slugOf } from '@osa/contract'
import { canonicalContent, contentHash } from './content.ts'
import type { ConventionVersion } from './rows.ts'

/** A convention to register: everything that follows from its content alone. */
export interface Candidate {
  readonly slug: string
  readonly content: Pick<
    ConventionVersion,
    'title' | 'description' | 'schemaId' | 'schemaVersion' | 'hookNames' | 'contentHash' | 'manifest'
  >
}

const maxIssues = 200

export function candidatesOf(manifests: readonly unknown[]): { candidates: Candidate[] } | { issues: Issue[] } {
  if (manifests.length === 0) return { issues: [{ path: '', message: 'send at least one convention' }] }
  if (manifests.length > maxConventionsInDeploy) {
    return { issues: [{ path: '', message: `send at most ${maxConventionsInDeploy} conventions at once` }] }
  }
  const candidates: Candidate[] = []
  const issues: Issue[] = []
  for (const [index, manifest] of manifests.entries()) {
    const checked = checkConvention(conventionManifest, manifest)
    if ('issues' in checked)
      issues.push(...checked.issues.map((issue) => ({ ...issue, path: placed(index, issue.path) })))
    else candidates.push(candidateOf(checked.convention))
    if (issues.length >= maxIssues) return { issues: issues.slice(0, maxIssues) }
  }
  if (issues.length === 0) issues.push(...sharedSlugs(candidates))
  return issues.length > 0 ? { issues } : { candidates }
}

const placed = (index: number, path: string): string => (path === '' ? String(index) : `${index}.${path}`)

type Manifest = Parameters<typeof canonicalContent>[0]

function candidateOf(convention: Manifest): Candidate {
  const manifest = canonicalContent(convention)
  const { title, description, schema, hooks } = convention
  return {
    slug: slugOf(title),
    content: {
      title,
      description,
      schemaId: schema.id,
      schemaVersion: schema.version,
      hookNames: hooks.map(({ name }) => name).join(' '),
      contentHash: contentHash(manifest),
      manifest,
    },
  }
}

/** Two conventions of one deploy cannot have the same address, since it would be unclear which is the newer version. */
const sharedSlugs = (candidates: readonly Candidate[]): Issue[] =>
  candidates.flatMap(({ slug }, index) => {
    const first = candidates.findIndex((other) => other.slug === slug)
    if (first === index) return []
    const message = `give it another title: its address, ${slug}, is also that of convention ${first + 1} in this deploy`
    return [{ path: placed(index, 'title'), message }]
  })
