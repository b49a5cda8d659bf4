/**
 * @osa/sdk/node: signing in and saved logins on a computer with a file system. It never prints, prompts, exits or opens a browser.
 *
 * errors.ts      OsaError and its codes (also in the main entry)
 * server-url.ts  one spelling for each server; which may be trusted with a secret
 * wire/          the one door to the network; device-login.ts starts the device flow (RFC 8628), approval.ts polls until a person has
 *                decided, watch.ts hears of it at once, v1.ts asks who I am, refreshes, signs out, sessions.ts lists and ends sessions
 * credentials/   saved logins: credential-store.ts over credentials-file.ts (format) and private-file.ts (safety); login-keeping.ts, which
 *                it loads for the first change, over index-changes.ts, keychain-logins.ts and atomic-file.ts;
 *                session.ts is a valid access token, renewed in one process at a time (lock.ts)
 * keychain/      the system's keychain: choose-storage.ts decides, system-keychain.ts asks it through a process that can be killed
 * link/          the link of a folder to a server
 * login/         signing in and out as one call each, for other tools
 * client/        token providers for createOsaClient: stored-credentials.ts; its server: resolve-server.ts
 * duration.ts    durations in words
 * text.ts        makes strings from outside fit for a terminal
 */

export type { NamedServer } from './client/connection.ts'
export { resolveServer, type ServerSearch } from './client/resolve-server.ts'
export {
  credentialStore,
  defaultAuth,
  envToken,
  type StoredCredentialsOptions,
  type StoreLocation,
  storedCredentials,
} from './client/stored-credentials.ts'
export type { ServerSource, TokenContext, TokenProvider } from './client/token-provider.ts'
export { checkedToken, isIssuedBy } from './client/token-rule.ts'
export { type Clock, systemClock } from './clock.ts'
export { type Environment, resolveConfigDir } from './credentials/config-dir.ts'
export {
  type CredentialStore,
  type CredentialStoreOptions,
  notAuthenticated,
  openCredentialStore,
  type RefreshLockOptions,
  type Reservation,
} from './credentials/credential-store.ts'
export type { Credential, StoredLogin, StoredUser } from './credentials/credentials-file.ts'
export type { SeenLogin } from './credentials/login-index.ts'
export {
  createSession,
  type Session,
  type SessionOptions,
  type TokenRequest,
  toCredential,
} from './credentials/session.ts'
export { durationText } from './duration.ts'
export { type ErrorCode, errorCodes, isOsaError, OsaError, type OsaErrorOptions } from './errors.ts'
export {
  chooseStorage,
  type StorageChoice,
  type StorageTarget,
  type StorageWish,
  storageWishes,
} from './keychain/choose-storage.ts'
export type {
  KeychainAnswer,
  KeychainBackend,
  KeychainBinding,
  KeychainFailure,
  KeychainItem,
} from './keychain/keychain.ts'
export { type KeychainSurroundings, lookAround, whyNoKeychain } from './keychain/keychain-policy.ts'
export { keychainService, openSystemKeychain, type SystemKeychainOptions } from './keychain/system-keychain.ts'
export { type FoundLink, findLink, type LinkSearch, searchText } from './link/find-link.ts'
export { readLink } from './link/read-link.ts'
export { removeLink, writeLink } from './link/write-link.ts'
export { type Login, type LoginOptions, login, type Verification } from './login/login.ts'
export { type Logout, type LogoutOptions, logout } from './login/logout.ts'
export { canonicalServer, canonicalServerOrNull, isLoopback, isSameOrigin } from './server-url.ts'
export { cleanText } from './text.ts'
export type { DeviceAuthorization, Tokens, User } from './wire/answers.ts'
export { type Waiting, waitForApproval } from './wire/approval.ts'
export { type PendingLogin, startDeviceLogin } from './wire/device-login.ts'
export { createHttp, defaultTimeoutMs, type Exchange, type Http, type HttpOptions } from './wire/http.ts'
export type { ProxyInUse } from './wire/network-error.ts'
export { endSession, listSessions, type SessionSummary } from './wire/sessions.ts'
export { exchangeLine } from './wire/unexpected-answer.ts'
export { fetchServerDocument, fetchUser, revokeSession, type ServerDocument, serverDocumentPath } from './wire/v1.ts'
