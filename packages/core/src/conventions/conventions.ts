/**
 * All operations on conventions, as one interface that the typed wire, `/api/v1` and the pages share. This file is a table of contents: each
 * part names the files that implement it. Operations return a rejection as a value, and throw only for defects.
 */
import type { ConventionDetail, ConventionSummary, DeployedConvention, DeployRefusal, Issue } from '@osa/contract'
import type { Principal } from '../auth/auth.ts'
import type { Requester } from '../auth/ports.ts'

export interface Conventions extends Deploying, Reading {}

/** deploy.ts, candidates.ts, permission.ts, register.ts, content.ts */
export interface Deploying {
  /**
   * Registers all of `manifests` or none, and returns them in the same order. A convention's address (slug) is made from its title. If the
   * address is already taken, even under another title, different content becomes the next version of that convention, and the same content
   * as its newest version changes nothing.
   *
   * Refuses with `limited` (a budget of the person is used up, or the archive is full), `insufficient_scope`, `forbidden` (the role, which
   * `authenticate` reads from the database and the writing transaction reads again), `session_ended` (the session ended between the two), or
   * `invalid_convention`.
   */
  deploy(request: {
    principal: Principal
    /** As they were received, unchecked. */
    manifests: readonly unknown[]
    requester: Requester
  }): Promise<Deployment | DeployRejection>
}

export interface Deployment {
  readonly conventions: readonly DeployedConvention[]
}

export type DeployRejection =
  | DeployRefusal
  | { readonly error: 'session_ended'; readonly error_description: string }
  | {
      readonly error: 'invalid_convention'
      readonly error_description: string
      /** Each path starts with the position in `manifests`: `0.hooks.1.limits.memory`. */
      readonly issues: readonly Issue[]
    }

/** read.ts */
export interface Reading {
  /** Lists the newest version of each convention, sorted by slug. Descriptions are cut after 500 characters. */
  list(): Promise<ConventionSummary[]>
  /**
   * Returns the newest version of a convention, or the requested one, with a summary of every version, newest first. Null when there is no
   * such convention or version.
   */
  get(request: { slug: string; version?: number | undefined }): Promise<ConventionDetail | null>
}

/** Whether an outcome is a rejection: only rejections have the key `error`. */
export const isDeployRejection = (outcome: Deployment | DeployRejection): outcome is DeployRejection =>
  'error' in outcome
