/**
 * @osa/sdk/node: signing in and saved logins on a computer with a file system. It never prints, prompts, exits or opens a browser.
 *
 * errors.ts      OsaError and its codes (also in the main entry)
 * server-url.ts  the canonical form of server addresses, and which of them may receive a secret
 * login/         signing in and out, one call each: device-login.ts starts the device flow (RFC 8628), approval.ts polls until a person
 *                has decided, watch.ts learns of the decision at once, loopback.ts proves to the node that the browser is on this computer,
 *                keep-login.ts saves the login
 * credentials/   saved logins: credential-store.ts, on top of credentials-file.ts (format) and private-file.ts (safety). For changes it
 *                loads login-keeping.ts, on top of index-changes.ts, keychain-logins.ts and atomic-file.ts. stored-tokens.ts returns a
 *                valid access token, renewed by one process at a time (lock.ts). secret-store.ts keeps logins in a program's own storage
 * keychain/      the system's keychain: choose-storage.ts decides whether to use it, system-keychain.ts reaches it through a process that
 *                can be killed
 * link/          the link of a folder to a server
 * client/        network.ts creates clients (create-client.ts), loading that code when something is sent; stored-credentials.ts signs
 *                their calls; resolve-server.ts finds the server
 * text.ts        makes untrusted strings safe to print in a terminal
 *
 * internal.ts has the parts that only the command `osa` needs.
 */

export type { NamedServer } from './client/connection.ts'
export type { OsaClient } from './client/create-client.ts'
export type { ClientEvent } from './client/options.ts'
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
export type { Clock } from './clock.ts'
export type { Environment } from './credentials/config-dir.ts'
export type { CredentialStore, RefreshLockOptions, Reservation } from './credentials/credential-store.ts'
export type { Credential, StoredLogin, StoredUser } from './credentials/credentials-file.ts'
export type { SeenLogin } from './credentials/login-index.ts'
export { type SecretStoreOptions, secretStore } from './credentials/secret-store.ts'
export { type ErrorCode, errorCodes, isOsaError, OsaError, type OsaErrorOptions } from './errors.ts'
export type { StorageChoice, StorageTarget, StorageWish } from './keychain/choose-storage.ts'
export type {
  KeychainAnswer,
  KeychainBackend,
  KeychainBinding,
  KeychainFailure,
  KeychainItem,
} from './keychain/keychain.ts'
export { openSystemKeychain, type SystemKeychainOptions } from './keychain/system-keychain.ts'
export { type FoundLink, findLink, type LinkSearch } from './link/find-link.ts'
export { readLink } from './link/read-link.ts'
export { removeLink, writeLink } from './link/write-link.ts'
export type { Waiting } from './login/approval.ts'
export type { SignedInUser } from './login/keep-login.ts'
export {
  type Login,
  type LoginOptions,
  login,
  loginWithToken,
  type SignInOptions,
  type Verification,
} from './login/login.ts'
export { type Logout, type LogoutOptions, logout } from './login/logout.ts'
export { canonicalServer } from './server-url.ts'
export { cleanText } from './text.ts'
