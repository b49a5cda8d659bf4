/** What a node answers about conventions it has registered. */
import * as z from 'zod/mini'
import { type Role, role } from '../access.ts'
import type { Issue } from './issues.ts'
import type { ConventionManifest } from './manifest.ts'

const schemaId = z.object({ id: z.string(), version: z.string() })

/** One line of the list of conventions; a long description is cut there. */
export interface ConventionSummary {
  /** Its address at the archive, made from its title: `protein-structures`. */
  slug: string
  title: string
  description: string
  /** Of the metadata that its records carry. */
  schema_id: { id: string; version: string }
  /** The names of its hooks. */
  hooks: string[]
  /** 1 for the first content, one more for each other content under the same slug. */
  version: number
  /** When this version was deployed. */
  created_at: Date
}
export const conventionSummary = z.object({
  slug: z.string(),
  title: z.string(),
  description: z.string(),
  schema_id: schemaId,
  hooks: z.array(z.string()),
  version: z.int().check(z.minimum(1)),
  created_at: z.date(),
}) satisfies z.ZodMiniType<ConventionSummary>

/** One line of a convention's history. */
export interface ConventionVersionSummary {
  version: number
  schema_id: { id: string; version: string }
  /** SHA-256 of the canonical content, hexadecimal. */
  content_hash: string
  created_at: Date
  /** Who deployed it; null where the person is not to be named. */
  deployed_by: string | null
}
const conventionVersionSummary = z.object({
  version: z.int().check(z.minimum(1)),
  schema_id: schemaId,
  content_hash: z.string(),
  created_at: z.date(),
  deployed_by: z.nullable(z.string()),
}) satisfies z.ZodMiniType<ConventionVersionSummary>

/** One version of a convention in full, with the list of all versions. */
export interface ConventionDetail extends ConventionSummary {
  /** SHA-256 of the canonical content, hexadecimal. */
  content_hash: string
  /** As it was taken, with keys in canonical order. Not checked again: what was taken once stays readable when the rules change. */
  manifest: ConventionManifest
  /** Newest first. */
  versions: ConventionVersionSummary[]
}
export const conventionDetail = z.extend(conventionSummary, {
  content_hash: z.string(),
  manifest: z.custom<ConventionManifest>((value) => typeof value === 'object' && value !== null),
  versions: z.array(conventionVersionSummary),
}) satisfies z.ZodMiniType<ConventionDetail>

/** What became of one convention of a deploy. */
export interface DeployedConvention extends ConventionSummary {
  /** SHA-256 of the canonical content, hexadecimal. */
  content_hash: string
  /** False when the same content was there already and nothing was written. */
  changed: boolean
}
export const deployedConvention = z.extend(conventionSummary, {
  content_hash: z.string(),
  changed: z.boolean(),
}) satisfies z.ZodMiniType<DeployedConvention>

/** How many conventions one deploy may carry. */
export const maxConventionsInDeploy = 50
/** What they may come to together, in bytes of the request: many small ones, or a few of the largest. */
export const maxDeployBytes = 4_194_304

export const conventionIssue = z.object({ path: z.string(), message: z.string() })

/** What is wrong with the conventions of a deploy; none of them was registered. */
export interface InvalidConvention {
  error: 'invalid_convention'
  error_description: string
  /** Paths begin with the place in the call's list: `conventions.0.hooks.1.limits.memory`. */
  issues: Issue[]
}
export const invalidConvention = z.object({
  error: z.literal('invalid_convention'),
  error_description: z.string(),
  issues: z.array(conventionIssue),
}) satisfies z.ZodMiniType<InvalidConvention>

/** All conventions of one deploy. */
export interface Deployed {
  /** In the order they were sent. */
  conventions: DeployedConvention[]
}

export const deployOutcome = z.union([z.object({ conventions: z.array(deployedConvention) }), invalidConvention])
/** What a deploy comes to: all of it, or why none of it was registered. */
export type DeployOutcome = Deployed | InvalidConvention

/**
 * Why a node would not do what was asked, whatever the conventions hold. On tRPC it is `data.refusal` of the thrown error, whose code is
 * `FORBIDDEN` or `TOO_MANY_REQUESTS`.
 */
export type DeployRefusal =
  /** The access token was not granted `scope` (RFC 6750 §3.1): signing in again with it helps. */
  | { error: 'insufficient_scope'; error_description: string; scope: string }
  /** The person has not one of `needed_roles`: only the archive's administrators can help. */
  | { error: 'forbidden'; error_description: string; role: Role; needed_roles: Role[] }
  /** Too much in too little time; null when waiting does not help, because the archive is full. */
  | { error: 'limited'; error_description: string; retry_after_seconds: number | null }
export const deployRefusal = z.discriminatedUnion('error', [
  z.object({ error: z.literal('insufficient_scope'), error_description: z.string(), scope: z.string() }),
  z.object({
    error: z.literal('forbidden'),
    error_description: z.string(),
    role,
    needed_roles: z.array(role),
  }),
  z.object({
    error: z.literal('limited'),
    error_description: z.string(),
    retry_after_seconds: z.nullable(z.int().check(z.positive())),
  }),
]) satisfies z.ZodMiniType<DeployRefusal>
