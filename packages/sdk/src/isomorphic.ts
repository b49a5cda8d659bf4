/** What both builds of the main entry export. */
export type { AppRouter } from './client/app-router.ts'
export { OsaCallError } from './client/call-error.ts'
export type { OsaClient } from './client/create-client.ts'
export type { ClientEvent, ClientOptions, RetryOptions } from './client/options.ts'
export type { AuthOption, ServerSource, TokenContext, TokenProvider } from './client/token-provider.ts'
export { type ErrorCode, errorCodes, isOsaError, OsaError, type OsaErrorOptions } from './errors.ts'
export { canonicalServer } from './server-url.ts'
