/** What a node answers about conventions it has registered. */
import * as z from 'zod/mini'
import { role } from '../access.ts'
import type { ConventionManifest } from './manifest.ts'

const schemaId = z.object({ id: z.string(), version: z.string() })

/** One line of the list; a long description is cut there. */
export const conventionSummary = z.object({
  slug: z.string(),
  title: z.string(),
  description: z.string(),
  schema_id: schemaId,
  hooks: z.array(z.string()),
  /** 1 for the first content, one more for each other content under the same slug. */
  version: z.int().check(z.minimum(1)),
  /** When this version was deployed. */
  created_at: z.date(),
})
export type ConventionSummary = z.infer<typeof conventionSummary>

export const conventionVersion = z.object({
  version: z.int().check(z.minimum(1)),
  schema_id: schemaId,
  /** SHA-256 of the canonical content, hexadecimal. */
  content_hash: z.string(),
  created_at: z.date(),
  /** Who deployed it; null where the person is not to be named. */
  deployed_by: z.nullable(z.string()),
})

/** One version in full, with the list of all versions, newest first. */
export const conventionDetail = z.extend(conventionSummary, {
  content_hash: z.string(),
  /** As it was taken, with keys in canonical order. Not checked again: what was taken once stays readable when the rules change. */
  manifest: z.custom<ConventionManifest>((value) => typeof value === 'object' && value !== null),
  versions: z.array(conventionVersion),
})
export type ConventionDetail = z.infer<typeof conventionDetail>

export const deployedConvention = z.extend(conventionSummary, {
  content_hash: z.string(),
  /** False when the same content was there already and nothing was written. */
  changed: z.boolean(),
})
export type DeployedConvention = z.infer<typeof deployedConvention>

/** How many conventions one deploy may carry. */
export const maxConventionsInDeploy = 50
/** What they may come to together, in bytes of the request: many small ones, or a few of the largest. */
export const maxDeployBytes = 4_194_304

export const conventionIssue = z.object({ path: z.string(), message: z.string() })

/** What is wrong with the conventions of a deploy. Paths begin with the place in the call's list: `conventions.0.hooks.1.limits.memory`. */
export const invalidConvention = z.object({
  error: z.literal('invalid_convention'),
  error_description: z.string(),
  issues: z.array(conventionIssue),
})
export type InvalidConvention = z.infer<typeof invalidConvention>

/** All conventions of one deploy in the order they were sent, or why none of them was registered. */
export const deployOutcome = z.union([z.object({ conventions: z.array(deployedConvention) }), invalidConvention])
export type DeployOutcome = z.infer<typeof deployOutcome>

/**
 * Why a node would not do what was asked, whatever the conventions hold. On tRPC it is `data.refusal` of the thrown error, whose code is
 * `FORBIDDEN` or `TOO_MANY_REQUESTS`.
 */
export const deployRefusal = z.discriminatedUnion('error', [
  /** The access token was not granted `scope` (RFC 6750 §3.1): signing in again with it helps. */
  z.object({ error: z.literal('insufficient_scope'), error_description: z.string(), scope: z.string() }),
  /** The person has not one of `needed_roles`: only the archive's administrators can help. */
  z.object({
    error: z.literal('forbidden'),
    error_description: z.string(),
    role,
    needed_roles: z.array(role),
  }),
  /** Too much in too little time; null when waiting does not help, because the archive is full. */
  z.object({
    error: z.literal('limited'),
    error_description: z.string(),
    retry_after_seconds: z.nullable(z.int().check(z.positive())),
  }),
])
export type DeployRefusal = z.infer<typeof deployRefusal>
