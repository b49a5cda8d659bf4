/** What the pages need from the composition root. They hold no rule: every decision is a call to `auth`. */
import type { Approval } from '@osa/contract'
import type { Auth, AuthPolicy, Reading } from '@osa/core'
import type { Context } from 'hono'
import type { DevelopmentSignIn } from '../identity/development.ts'
import type { NodeProfile } from '../profile/node-profile.ts'
import type { NodeEnv } from '../requester.ts'

export interface BrowserDependencies {
  readonly auth: Auth
  /** What anybody may read. */
  readonly conventions: Reading
  /** The public origin; pages and cookies go by it, never by a request's headers. */
  readonly publicUrl: URL
  /** The development sign-in's page, where it is configured. */
  readonly development: DevelopmentSignIn | null
  readonly log: BrowserLog
  /** Tells "the database cannot be reached" from a defect. */
  readonly isUnavailable: (error: unknown) => boolean
  readonly policy: AuthPolicy
  /** One approval, by what it rested on. */
  readonly countApproval: (approval: Approval) => void
  /** False where everybody seems to come from a proxy that is not named: then nobody can say whose network is whose (D29). */
  readonly seesNetworks: boolean
  /** What this node is called and looks like. */
  readonly profile: NodeProfile
}

/** The part of a pino logger that the pages use. */
export interface BrowserLog {
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export type PageContext = Context<NodeEnv>
