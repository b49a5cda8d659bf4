/** What a node answers about conventions it has registered. */
import { z } from 'zod'
import { conventionManifest } from './manifest.ts'

const schemaId = z.object({ id: z.string(), version: z.string() })

/** One line of the list. */
export const conventionSummary = z.object({
  slug: z.string(),
  title: z.string(),
  description: z.string(),
  schema_id: schemaId,
  hooks: z.array(z.string()),
  /** 1 for the first content, one more for each other content under the same slug. */
  version: z.int().min(1),
  /** When this version was deployed. */
  created_at: z.date(),
})
export type ConventionSummary = z.infer<typeof conventionSummary>

export const conventionVersion = z.object({
  version: z.int().min(1),
  schema_id: schemaId,
  /** SHA-256 of the canonical content, hexadecimal. */
  content_hash: z.string(),
  created_at: z.date(),
  /** Who deployed it; null where the person is not to be named. */
  deployed_by: z.string().nullable(),
})

/** One version in full, with the list of all versions, newest first. */
export const conventionDetail = conventionSummary.extend({
  content_hash: z.string(),
  manifest: conventionManifest,
  versions: z.array(conventionVersion),
})
export type ConventionDetail = z.infer<typeof conventionDetail>

export const deployedConvention = conventionSummary.extend({
  content_hash: z.string(),
  /** False when the same content was there already and nothing was written. */
  changed: z.boolean(),
})
export type DeployedConvention = z.infer<typeof deployedConvention>

export const conventionGap = z.object({ path: z.string(), message: z.string() })

/** All conventions of one deploy, or why none of them was registered. */
export const deployOutcome = z.union([
  z.object({ conventions: z.array(deployedConvention) }),
  z.object({ error: z.literal('invalid_convention'), error_description: z.string(), gaps: z.array(conventionGap) }),
])
export type DeployOutcome = z.infer<typeof deployOutcome>
