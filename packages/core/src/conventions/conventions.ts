/**
 * Everything a node does about conventions: one interface that the typed wire, `/api/v1` and the pages hold. This file is its table of
 * contents; each part names the file that implements it. Whoever cannot be served gets a value that says why; a throw is a defect.
 */
import type { ConventionDetail, ConventionSummary, DeployedConvention, DeployRefusal, Issue } from '@osa/contract'
import type { Principal } from '../auth/auth.ts'
import type { Requester } from '../auth/ports.ts'

export interface Conventions extends Deploying, Reading {}

/** deploy.ts, content.ts, next-version.ts */
export interface Deploying {
  /**
   * Registers all of `manifests` or none. A convention's address (slug) is made from its title; other content under an address that
   * is taken, also under another title, makes the next version of that convention, and the same content as its newest version
   * changes nothing. Answers in the order of `manifests`.
   *
   * Refuses with `limited` (budgets of the person, an archive that is full), `insufficient_scope`, `forbidden` (the role, read from
   * the database by `authenticate` and again with the writes), `session_ended` (between the two), and `invalid_convention`.
   */
  deploy(request: {
    principal: Principal
    /** As they came: nothing is assumed of them. */
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
      /** Paths begin with the place in `manifests`: `0.hooks.1.limits.memory`. */
      readonly issues: readonly Issue[]
    }

/** read.ts */
export interface Reading {
  /** The newest version of each, by slug. Descriptions are cut after 500 characters. */
  list(): Promise<ConventionSummary[]>
  /** The newest version, or the one asked for, whole; with a line for each version, newest first. Null when there is no such. */
  get(request: { slug: string; version?: number | undefined }): Promise<ConventionDetail | null>
}

/** Tells a rejection from a deployment: only rejections carry `error`. */
export const isDeployRejection = (outcome: Deployment | DeployRejection): outcome is DeployRejection =>
  'error' in outcome
