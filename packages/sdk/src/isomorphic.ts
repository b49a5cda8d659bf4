/** The exports that both builds of the main entry share. */

export type { AppRouter, CallErrorShape } from '@osa/api/router-type'
export type {
  Approval,
  ConventionDetail,
  ConventionManifest,
  ConventionManifestInput,
  ConventionSummary,
  ConventionsDeployInput,
  ConventionsGetInput,
  ConventionVersionSummary,
  Deployed,
  DeployedConvention,
  DeployOutcome,
  DeployRefusal,
  DeviceAuthorizationOutcome,
  DeviceAuthorizationResponse,
  DeviceDecided,
  DeviceStartInput,
  DeviceTokenInput,
  DeviceVerifyInput,
  DeviceWatchInput,
  DeviceWatchOutcome,
  InvalidConvention,
  OAuthError,
  OAuthErrorCode,
  PendingDevice,
  RefreshOutcome,
  RefusedRefresh,
  Role,
  ServerDocument,
  Session,
  SessionEndInput,
  SessionRefreshInput,
  SessionRevokeInput,
  TokenOutcome,
  TokenResponse,
  Whoami,
} from '@osa/contract'
export { OsaCallError } from './client/call-error.ts'
export type { OsaClient } from './client/create-client.ts'
export type { ClientEvent, ClientOptions, RequestMade, RetryOptions } from './client/options.ts'
export type { AuthOption, ServerSource, TokenContext, TokenProvider } from './client/token-provider.ts'
export { type ErrorCode, errorCodes, isOsaError, OsaError, type OsaErrorOptions } from './errors.ts'
export { canonicalServer } from './server-url.ts'
