/** What a procedure may use: operations by their interfaces, never a database or a request object. */
import type { ServerDocument } from '@osa/contract'
import type { Auth, Conventions, Requester } from '@osa/core'

/** The operations that procedures call. The pages' half of `Auth` is not among them. */
export type ApiAuth = Pick<
  Auth,
  | 'authenticateClient'
  | 'startDeviceAuthorization'
  | 'describeUserCode'
  | 'exchangeDeviceCode'
  | 'watchDeviceAuthorization'
  | 'exchangeRefreshToken'
  | 'authenticate'
  | 'listSessions'
  | 'revokeSession'
  | 'revokeToken'
>

export interface Context {
  readonly auth: ApiAuth
  readonly conventions: Conventions
  readonly requester: Requester
  /** The token of the `Authorization` header; null when none was sent. */
  readonly accessToken: string | null
  readonly serverDocument: ServerDocument
  /** Fires when the node stops: what waits for something then ends. */
  readonly stopping: AbortSignal
  /** Tells "the database cannot be reached" from a defect. */
  readonly isUnavailable: (error: unknown) => boolean
}
