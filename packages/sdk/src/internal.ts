/**
 * @osa/sdk/internal: what the command `osa` uses in addition to `@osa/sdk/node`. It is not covered by semantic versioning and may change in
 * any release. If your tool needs something from here, please ask for it to be moved to `@osa/sdk/node`.
 */
export { checkIssuer, serverDocumentPath } from './client/issuer.ts'
export { type Network, openNetwork } from './client/network.ts'
export { nodeNetworkError, type ProxyInUse } from './client/node-network-error.ts'
export { explicitServer, searchLink } from './client/resolve-server.ts'
export { sessionCredentials } from './client/stored-credentials.ts'
export { checkedToken, isIssuedBy } from './client/token-rule.ts'
export { systemClock } from './clock.ts'
export { prepareReplacement } from './credentials/atomic-file.ts'
export { resolveConfigDir } from './credentials/config-dir.ts'
export { notAuthenticated, openCredentialStore } from './credentials/credential-store.ts'
export { createStoredTokens, type StoredTokens } from './credentials/stored-tokens.ts'
export { durationText } from './duration.ts'
export { chooseStorage, storageWishes } from './keychain/choose-storage.ts'
export { lookAround } from './keychain/keychain-policy.ts'
export { keychainService } from './keychain/system-keychain.ts'
export { checkedVerificationUri } from './login/device-login.ts'
export { canonicalServerOrNull, isLoopback } from './server-url.ts'
