/** The context of a procedure: interfaces of operations, never a database or a request object. */
import type { ServerDocument } from '@osa/contract'
import type { Auth, Conventions, Requester } from '@osa/core'

/** The operations that procedures call. Those of the browser pages are left out. */
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
  /** Fires when the node stops. Procedures that are waiting then end. */
  readonly stopping: AbortSignal
  /** Whether an error means that the database cannot be reached, as opposed to a defect. */
  readonly isUnavailable: (error: unknown) => boolean
}
