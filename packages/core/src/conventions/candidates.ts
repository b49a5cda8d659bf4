/** From what a caller sent to conventions that may be registered, or to everything that is missing or wrong in them. */
import { checkConvention, conventionManifest, type Gap, maxConventionsInDeploy, slugOf } from '@osa/contract'
import { canonicalContent, contentHash } from './content.ts'
import type { ConventionVersion } from './rows.ts'

/** A convention to register: what follows from its content alone. */
export interface Candidate {
  readonly slug: string
  readonly content: Pick<
    ConventionVersion,
    'title' | 'description' | 'schemaId' | 'schemaVersion' | 'hookNames' | 'contentHash' | 'manifest'
  >
}

const maxGaps = 200

export const candidatesOf = (manifests: readonly unknown[]): { candidates: Candidate[] } | { gaps: Gap[] } => {
  if (manifests.length === 0) return { gaps: [{ path: '', message: 'send at least one convention' }] }
  if (manifests.length > maxConventionsInDeploy) {
    return { gaps: [{ path: '', message: `send at most ${maxConventionsInDeploy} conventions at once` }] }
  }
  const candidates: Candidate[] = []
  const gaps: Gap[] = []
  for (const [index, manifest] of manifests.entries()) {
    const checked = checkConvention(conventionManifest, manifest)
    if ('gaps' in checked) gaps.push(...checked.gaps.map((gap) => ({ ...gap, path: placed(index, gap.path) })))
    else candidates.push(candidateOf(checked.convention))
    if (gaps.length >= maxGaps) return { gaps: gaps.slice(0, maxGaps) }
  }
  if (gaps.length === 0) gaps.push(...sharedSlugs(candidates))
  return gaps.length > 0 ? { gaps } : { candidates }
}

const placed = (index: number, path: string): string => (path === '' ? String(index) : `${index}.${path}`)

type Manifest = Parameters<typeof canonicalContent>[0]

const candidateOf = (convention: Manifest): Candidate => {
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

/** Two conventions of one deploy cannot have one address: which of them is the newer nobody could say. */
const sharedSlugs = (candidates: readonly Candidate[]): Gap[] =>
  candidates.flatMap(({ slug }, index) => {
    const first = candidates.findIndex((other) => other.slug === slug)
    if (first === index) return []
    const message = `give it another title: its address, ${slug}, is that of convention ${first + 1} in the same deploy`
    return [{ path: placed(index, 'title'), message }]
  })
