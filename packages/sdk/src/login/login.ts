/** Device login as one call, for tools that are not `osa`: the caller shows the code, everything else happens here. */
import { hostname } from 'node:os'
import { cancelled } from '../cancelled.ts'
import { credentialStore, type StoreLocation } from '../client/stored-credentials.ts'
import { type Clock, systemClock } from '../clock.ts'
import type { CredentialStore } from '../credentials/credential-store.ts'
import type { Credential } from '../credentials/credentials-file.ts'
import { toCredential } from '../credentials/session.ts'
import { isOsaError, OsaError } from '../errors.ts'
import { chooseStorage, type StorageTarget, type StorageWish } from '../keychain/choose-storage.ts'
import { lookAround } from '../keychain/keychain-policy.ts'
import { openSystemKeychain } from '../keychain/system-keychain.ts'
import { canonicalServer } from '../server-url.ts'
import type { User } from '../wire/answers.ts'
import { type Waiting, waitForApproval } from '../wire/approval.ts'
import { startDeviceLogin } from '../wire/device-login.ts'
import { createHttp, type Http } from '../wire/http.ts'
import { fetchUser, revokeSession } from '../wire/v1.ts'

const lockTimeoutMs = 20_000

/** What to show a person. Open or print `verificationUriComplete`; the code is to be compared there. */
export interface Verification {
  readonly server: string
  readonly userCode: string
  readonly verificationUri: string
  /** With the code filled in. */
  readonly verificationUriComplete: string
  readonly expiresAt: Date
}

export interface LoginOptions extends StoreLocation {
  /** The node's address. */
  readonly server: string | URL
  /** Shows the code and the address. Polling goes on while it runs; what it throws ends the login. */
  onVerification(verification: Verification): void | Promise<void>
  /** Hears of every poll that was not the last. */
  readonly onWaiting?: ((waiting: Waiting) => void) | undefined
  /** Ends the login with `aborted`, a signal of `AbortSignal.timeout()` with `timeout`. Not once the answer is being saved. */
  readonly signal?: AbortSignal | undefined
  /** Where the login is kept: in the system's keychain where that works (`auto`), only there, or in a file of this user alone. */
  readonly storage?: StorageWish | undefined
  /** Instead of the one at `configDir`; `storage` is not looked at then. */
  readonly store?: CredentialStore | undefined
  /** What a person reads on the approval page beside the code. The name of this computer by default. */
  readonly deviceName?: string | undefined
  /** What requests are sent with. */
  readonly fetch?: typeof fetch | undefined
  readonly allowHttp?: boolean | undefined
  readonly clock?: Clock | undefined
}

/** A finished login. The tokens are in the store, for `storedCredentials` and `osa`. */
export interface Login {
  readonly server: string
  /** Null when the server could not say just then. */
  readonly user: User | null
}

interface World {
  readonly server: string
  readonly http: Http
  readonly store: CredentialStore
  readonly clock: Clock
  readonly target: StorageTarget | undefined
  readonly signal: AbortSignal | undefined
}

const chooseTarget = async (options: LoginOptions): Promise<StorageTarget | undefined> => {
  if (options.store) return undefined
  const { env = process.env, storage = 'auto' } = options
  const surroundings = lookAround(env, { platform: process.platform, isCi: Boolean(env.CI) })
  return (await chooseStorage(storage, { keychain: openSystemKeychain({ env }), surroundings })).target
}

const revokeQuietly = async ({ http, server }: World, credential: Credential | null): Promise<void> => {
  if (!credential?.refreshToken) return
  try {
    await revokeSession(http, { server, refreshToken: credential.refreshToken, timeoutMs: 10_000 })
  } catch (error) {
    // It ends by itself when it is not used; the login is what matters here.
    if (!isOsaError(error)) throw error
  }
}

/** Who the new token belongs to. A server that just then cannot say does not cost the login. */
const askUser = async ({ http, server, signal }: World, accessToken: string): Promise<User | null> => {
  try {
    const asked = await fetchUser(http, { server, accessToken, signal })
    if ('user' in asked) return asked.user
  } catch (error) {
    if (!isOsaError(error) || !error.retryable) throw error
    return null
  }
  throw new OsaError('token_rejected', `${server} refuses the token it has just given`, { server })
}

const previousOf = async ({ store, server }: World): Promise<Credential | null> => {
  try {
    return await store.read(server)
  } catch (error) {
    // What cannot be read is about to be replaced; there is no token in it to revoke.
    if (isOsaError(error)) return null
    throw error
  }
}

/** Saves the login and ends the one it replaces, alone with the server's login: a refresh going on elsewhere would overwrite it. */
const keep = async (world: World, credential: Credential): Promise<void> => {
  const { store, server, target, signal } = world
  const replaced = await previousOf(world)
  const lock = await store.lockRefresh(server, { timeoutMs: lockTimeoutMs, signal })
  try {
    const reservation = await store.reserve(server, target)
    try {
      await reservation.commit(credential)
    } finally {
      await reservation.abandon()
    }
  } finally {
    await lock.release()
  }
  if (replaced?.refreshToken !== credential.refreshToken) await revokeQuietly(world, replaced)
}

/** Starts the device flow, shows it, and waits; a caller that cannot show it ends the wait. */
const approve = async (world: World, options: LoginOptions) => {
  const { server, http, clock } = world
  const { onVerification, onWaiting, deviceName = hostname() } = options
  const failing = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, failing.signal]) : failing.signal
  const login = await startDeviceLogin({ http, server, deviceName, now: clock.now, signal })
  const { userCode, verificationUri, verificationUriComplete, expiresAtMs } = login
  const shown = (async () =>
    onVerification({ server, userCode, verificationUri, verificationUriComplete, expiresAt: new Date(expiresAtMs) }))()
  shown.catch(() => failing.abort())
  const waited = waitForApproval({ http, login, clock, signal, ...(onWaiting ? { onWaiting } : {}) })
  try {
    return await waited
  } catch (error) {
    if (failing.signal.aborted) await shown
    throw error
  }
}

const signIn = async (options: LoginOptions): Promise<Login> => {
  const server = canonicalServer(String(options.server), { allowHttp: options.allowHttp ?? false })
  const { clock = systemClock, store = credentialStore(options), signal } = options
  const http = createHttp(options.fetch ? { fetch: options.fetch } : {})
  const world: World = { server, http, store, clock, signal, target: await chooseTarget(options) }
  await (await store.reserve(server, world.target)).abandon()
  const tokens = await approve(world, options)
  const unnamed = toCredential(tokens, null, clock.now())
  try {
    const user = await askUser(world, tokens.accessToken)
    const stored = user && { display_name: user.display_name, external_id: user.external_id }
    await keep(world, { ...unnamed, user: stored })
    return { server, user }
  } catch (error) {
    await revokeQuietly(world, unnamed)
    throw error
  }
}

/**
 * Signs a person in with the device flow (RFC 8628) and saves the login for this tool, `osa` and every other. Nothing is sent before it is
 * certain that the login can be saved; what cannot be saved after all is revoked. Throws `login_denied`, `login_expired`, `login_lost`,
 * `aborted`, `store_…`, `untrusted_verification_url` and the network's codes.
 */
export const login = async (options: LoginOptions): Promise<Login> => {
  try {
    return await signIn(options)
  } catch (error) {
    const { signal } = options
    throw signal?.aborted && isOsaError(error, 'aborted') ? cancelled(signal, error.server) : error
  }
}
