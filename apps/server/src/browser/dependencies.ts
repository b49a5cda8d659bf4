/** What the pages need from the composition root. They contain no rules: every decision is a call to `auth`. */
import type { Approval } from '@osa/contract'
import type { Auth, AuthPolicy, Reading } from '@osa/core'
import type { Context } from 'hono'
import type { DevelopmentSignIn } from '../identity/development.ts'
import type { NodeProfile } from '../profile/node-profile.ts'
import type { NodeEnv } from '../requester.ts'

export interface BrowserDependencies {
  readonly auth: Auth
  /** The public, read-only part of conventions. */
  readonly conventions: Reading
  /** The public origin. Pages and cookies are based on it, never on request headers. */
  readonly publicUrl: URL
  /** The development sign-in; null if it is not configured. */
  readonly development: DevelopmentSignIn | null
  readonly log: BrowserLog
  /** Whether an error means that the database cannot be reached, and is not a defect. */
  readonly isUnavailable: (error: unknown) => boolean
  readonly policy: AuthPolicy
  /** Counts an approval by its kind. */
  readonly countApproval: (approval: Approval) => void
  /** False if all requests seem to come from a proxy that is not configured as trusted, so that networks cannot be compared (D29). */
  readonly seesNetworks: boolean
  /** The name, logo and colours of this node. */
  readonly profile: NodeProfile
}

/** The part of a pino logger that the pages use. */
export interface BrowserLog {
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export type PageContext = Context<NodeEnv>
