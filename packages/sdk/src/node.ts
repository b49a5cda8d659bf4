/**
 * @osa/sdk/node: signing in and saved logins on a computer with a file system. It never prints, prompts, exits or opens a browser.
 *
 * errors.ts      OsaError and its codes (also in the main entry)
 * server-url.ts  one spelling for each server; which may be trusted with a secret
 * login/         signing in and out as one call each: device-login.ts starts the device flow (RFC 8628), approval.ts polls until a person
 *                has decided, watch.ts is told at once, loopback.ts proves to the node that the browser is on this computer, keep-login.ts
 *                saves
 * credentials/   saved logins: credential-store.ts over credentials-file.ts (format) and private-file.ts (safety); login-keeping.ts, which
 *                it loads for the first change, over index-changes.ts, keychain-logins.ts and atomic-file.ts;
 *                stored-tokens.ts is a valid access token, renewed in one process at a time (lock.ts);
 *                secret-store.ts keeps them where the program says
 * keychain/      the system's keychain: choose-storage.ts decides, system-keychain.ts asks it through a process that can be killed
 * link/          the link of a folder to a server
 * client/        network.ts opens clients of servers (create-client.ts), which it loads when something is sent; stored-credentials.ts signs
 *                their calls; resolve-server.ts finds the server
 * text.ts        makes strings from outside fit for a terminal
 *
 * What only the command `osa` needs is in internal.ts.
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
