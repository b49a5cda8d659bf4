/**
 * @osa/sdk/node: signing in and saved logins on a computer with a file system. It never prints, prompts, exits or opens a browser.
 *
 * errors.ts            OsaError and its codes (also in the main entry)
 * server-url.ts        one spelling for each server; which may be trusted with a secret
 * http.ts              the one door to the network; network-error.ts and unexpected-answer.ts say what went wrong
 * device-login.ts      starting the device flow (RFC 8628); approval.ts polls until a person has decided
 * v1.ts                who am I, refresh, logout, server document
 * config-dir.ts        where logins are kept
 * credential-store.ts  saved logins; credentials-file.ts is their format, private-file.ts and atomic-file.ts their safety
 * session.ts           a valid access token, renewed in one process at a time (lock.ts)
 * link.ts              the link of a folder to a server; find-link.ts looks for it
 * text.ts              makes strings from outside fit for a terminal
 */
export type { DeviceAuthorization, Tokens, User } from './answers.ts'
export { type Waiting, waitForApproval } from './approval.ts'
export { type Clock, systemClock } from './clock.ts'
export { type Environment, resolveConfigDir } from './config-dir.ts'
export { type CredentialStore, openCredentialStore, type Reservation } from './credential-store.ts'
export type { Credential, StoredLogin, StoredUser } from './credentials-file.ts'
export { type PendingLogin, startDeviceLogin } from './device-login.ts'
export * from './errors.ts'
export { type FoundLink, findLink, type LinkSearch } from './find-link.ts'
export { createHttp, defaultTimeoutMs, type Exchange, type Http, type HttpOptions } from './http.ts'
export { readLink, removeLink, writeLink } from './link.ts'
export type { ProxyInUse } from './network-error.ts'
export { canonicalServer, canonicalServerOrNull, isLoopback, isSameOrigin } from './server-url.ts'
export {
  createSession,
  notAuthenticated,
  type Session,
  type SessionOptions,
  type TokenRequest,
  toCredential,
} from './session.ts'
export { cleanText } from './text.ts'
export { exchangeLine } from './unexpected-answer.ts'
export { fetchServerDocument, fetchUser, revokeSession, type ServerDocument, serverDocumentPath } from './v1.ts'
