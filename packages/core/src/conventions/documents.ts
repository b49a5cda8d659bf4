/** Turns rows into the documents of the wires and pages. */
import type { ConventionDetail, ConventionManifest, ConventionSummary } from '@osa/contract'
import type { ConventionVersionLine } from './ports.ts'
import type { ConventionOutline, ConventionVersion } from './rows.ts'

export const summaryOf = (slug: string, outline: ConventionOutline): ConventionSummary => ({
  slug,
  title: outline.title,
  description: outline.description,
  schema_id: { id: outline.schemaId, version: outline.schemaVersion },
  hooks: outline.hookNames.split(' ').filter((name) => name !== ''),
  version: outline.version,
  created_at: outline.createdAt,
})

export const detailOf = (
  slug: string,
  version: ConventionVersion,
  lines: readonly ConventionVersionLine[],
): ConventionDetail => ({
  ...summaryOf(slug, version),
  content_hash: version.contentHash,
  // written by `canonicalContent` of a checked manifest
  manifest: JSON.parse(version.manifest) as ConventionManifest,
  versions: lines.map((line) => ({
    version: line.version,
    schema_id: { id: line.schemaId, version: line.schemaVersion },
    content_hash: line.contentHash,
    created_at: line.createdAt,
    deployed_by: line.deployedByName,
  })),
})
