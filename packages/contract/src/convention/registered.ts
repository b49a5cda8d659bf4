/** A node's answers about registered conventions, and the outcome of a deploy. */
import * as z from 'zod/mini'
import { type Role, role } from '../access.ts'
import type { Issue } from './issues.ts'
import type { ConventionManifest } from './manifest.ts'

const schemaId = z.object({ id: z.string(), version: z.string() })

/** The summary of a convention. In the list of conventions, long descriptions are shortened. */
export interface ConventionSummary {
  /** Its address at the archive, made from its title: `protein-structures`. */
  slug: string
  title: string
  description: string
  /** The schema of its records' metadata. */
  schema_id: { id: string; version: string }
  /** The names of its hooks. */
  hooks: string[]
  /** 1 for the first content under this slug; each different content increases it by one. */
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

/** One version in a convention's history. */
export interface ConventionVersionSummary {
  version: number
  schema_id: { id: string; version: string }
  /** SHA-256 of the canonical content, hexadecimal. */
  content_hash: string
  created_at: Date
  /** The name of the person who deployed it; null where the person must not be named. */
  deployed_by: string | null
}
const conventionVersionSummary = z.object({
  version: z.int().check(z.minimum(1)),
  schema_id: schemaId,
  content_hash: z.string(),
  created_at: z.date(),
  deployed_by: z.nullable(z.string()),
}) satisfies z.ZodMiniType<ConventionVersionSummary>

/** One version of a convention in full, with a summary of every version. */
export interface ConventionDetail extends ConventionSummary {
  /** SHA-256 of the canonical content, hexadecimal. */
  content_hash: string
  /** The manifest as it was registered, with keys in canonical order. It is not checked again, so that it stays readable when rules change. */
  manifest: ConventionManifest
  /** Newest first. */
  versions: ConventionVersionSummary[]
}
export const conventionDetail = z.extend(conventionSummary, {
  content_hash: z.string(),
  manifest: z.custom<ConventionManifest>((value) => typeof value === 'object' && value !== null),
  versions: z.array(conventionVersionSummary),
}) satisfies z.ZodMiniType<ConventionDetail>

/** One convention after a deploy. */
export interface DeployedConvention extends ConventionSummary {
  /** SHA-256 of the canonical content, hexadecimal. */
  content_hash: string
  /** False if the same content was already registered, so that nothing was written. */
  changed: boolean
}
export const deployedConvention = z.extend(conventionSummary, {
  content_hash: z.string(),
  changed: z.boolean(),
}) satisfies z.ZodMiniType<DeployedConvention>

/** How many conventions one deploy may contain. */
export const maxConventionsInDeploy = 50
/** The largest request of a deploy in bytes: room for many small conventions, or a few of the largest. */
export const maxDeployBytes = 4_194_304

export const conventionIssue = z.object({ path: z.string(), message: z.string() })

/** The issues of the conventions of a deploy, none of which was registered. */
export interface InvalidConvention {
  error: 'invalid_convention'
  error_description: string
  /** Each path starts with the convention's position in the input: `conventions.0.hooks.1.limits.memory`. */
  issues: Issue[]
}
export const invalidConvention = z.object({
  error: z.literal('invalid_convention'),
  error_description: z.string(),
  issues: z.array(conventionIssue),
}) satisfies z.ZodMiniType<InvalidConvention>

/** The conventions of a successful deploy. */
export interface Deployed {
  /** In the order in which they were sent. */
  conventions: DeployedConvention[]
}

export const deployOutcome = z.union([z.object({ conventions: z.array(deployedConvention) }), invalidConvention])
/** The outcome of a deploy: all conventions were registered, or the issues because of which none was. */
export type DeployOutcome = Deployed | InvalidConvention

/**
 * Why a node refused a deploy, independent of the conventions. On tRPC it is `data.refusal` of the thrown error, whose code is `FORBIDDEN` or
 * `TOO_MANY_REQUESTS`.
 */
export type DeployRefusal =
  /** The access token lacks `scope` (RFC 6750 §3.1). The person can sign in again to grant it. */
  | { error: 'insufficient_scope'; error_description: string; scope: string }
  /** The person has none of `needed_roles`. Only the archive's administrators can change that. */
  | { error: 'forbidden'; error_description: string; role: Role; needed_roles: Role[] }
  /** A limit was reached. `retry_after_seconds` is null when waiting does not help, because the archive is full. */
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
