/**
 * Signing in as one call. The caller shows the code and says what else is its own (`osa` its screens, questions and storage flags);
 * everything else happens here.
 */
import { hostname } from 'node:os'
import type { ServerDocument } from '@osa/contract'
import { type Network, openNetwork } from '../client/network.ts'
import { credentialStore, type StoreLocation } from '../client/stored-credentials.ts'
import { type Clock, systemClock } from '../clock.ts'
import type { CredentialStore } from '../credentials/credential-store.ts'
import { toCredential } from '../credentials/stored-tokens.ts'
import { isOsaError, OsaError } from '../errors.ts'
import { chooseStorage, type StorageChoice, type StorageWish } from '../keychain/choose-storage.ts'
import type { KeychainBackend } from '../keychain/keychain.ts'
import { lookAround } from '../keychain/keychain-policy.ts'
import { openSystemKeychain } from '../keychain/system-keychain.ts'
import { canonicalServer } from '../server-url.ts'
import { cancelled } from '../signal.ts'
import { type Waiting, waitForApproval } from './approval.ts'
import { startDeviceLogin } from './device-login.ts'
import { askUser, endQuietly, keep, type SignedInUser, type World } from './keep-login.ts'
import type { LoopbackListener } from './loopback.ts'

/** How long a browser may take to start and to come to the listener before it is taken to be elsewhere. */
const visitWithinMs = 8_000

/** What to show a person. Open or print `verificationUriComplete`; the code is to be compared there. */
export interface Verification {
  readonly server: string
  readonly userCode: string
  readonly verificationUri: string
  /** With the code filled in. */
  readonly verificationUriComplete: string
  readonly expiresAt: Date
  readonly intervalSeconds: number
  /** For a browser on this computer and no other, where that spares the person typing the code; null without `openBrowser`. */
  readonly sameComputerUri: string | null
  /** The archive lets nobody approve elsewhere, so there is no other address to show. */
  readonly isSameComputerRequired: boolean
}

/** What signing in takes, however it is done. */
export interface SignInOptions extends StoreLocation {
  /** The node's address. */
  readonly server: string | URL
  /** Ends the login with `aborted`, a signal of `AbortSignal.timeout()` with `timeout`. Not once the answer is being saved. */
  readonly signal?: AbortSignal | undefined
  /** Where the login is kept: in the system's keychain where that works (`auto`), only there, or in a file of this user alone. */
  readonly storage?: StorageWish | undefined
  /** Instead of the one at `configDir`; without `onStorage`, `storage` is not looked at then. */
  readonly store?: CredentialStore | undefined
  /** This system's by default. */
  readonly keychain?: KeychainBackend | undefined
  /** Whether nobody is there to unlock a keychain: `CI` is set, by default. */
  readonly isCi?: boolean | undefined
  /** Told where the login will be kept, before anything is sent. */
  readonly onStorage?: ((choice: StorageChoice) => void) | undefined
  /** Asked when a keychain fails only after the approval: true saves in a file instead. Without it the login is ended again. */
  readonly fallBackToFile?: ((error: OsaError) => Promise<boolean>) | undefined
  /** Told what went wrong beside the login, and whose login it replaces. */
  readonly warn?: ((text: string) => void) | undefined
  /** Runs work that should not be cut off: saving, and ending a session. */
  readonly uninterrupted?: (<T>(work: () => Promise<T>) => Promise<T>) | undefined
  /** What requests are sent with. */
  readonly fetch?: typeof fetch | undefined
  /** Instead of `fetch`: how servers are reached. */
  readonly network?: Network | undefined
  readonly allowHttp?: boolean | undefined
  readonly clock?: Clock | undefined
}

export interface LoginOptions extends SignInOptions {
  /** Told what the server says of itself, before anything else is sent there. Its words are a stranger's: `cleanText` before they are shown. */
  readonly onServer?: ((document: ServerDocument) => void) | undefined
  /** Shows the code and the address. Polling goes on while it runs; what it throws ends the login. */
  onVerification(verification: Verification): void | Promise<void>
  /**
   * Opens an address in a browser, and answers whether that worked. Called after `onVerification`: with `sameComputerUri` where there is
   * one, and again with `verificationUriComplete` when in 8 seconds no browser has come from there to the listener on this computer.
   */
  readonly openBrowser?: ((uri: string) => Promise<boolean>) | undefined
  /** That browser may be on another computer, or cannot reach this one's 127.0.0.1 (a container, WSL, a remote editor): no listener. */
  readonly isBrowserElsewhere?: boolean | undefined
  /** Told of every poll that was not the last. */
  readonly onWaiting?: ((waiting: Waiting) => void) | undefined
  /** Told when a person has approved. */
  readonly onApproved?: (() => void) | undefined
  /** What a person reads on the approval page beside the code. The name of this computer by default. */
  readonly deviceName?: string | undefined
}

/** A finished login. The tokens are in the store, for `storedCredentials` and `osa`. */
export interface Login {
  readonly server: string
  /** Null when the server could not say just then. */
  readonly user: SignedInUser | null
}

async function chooseTarget(options: SignInOptions): Promise<StorageChoice | null> {
  const { env = process.env, storage = 'auto', store, onStorage, isCi = Boolean(env.CI) } = options
  if (store && !onStorage) return null
  const keychain = options.keychain ?? openSystemKeychain({ env })
  const surroundings = lookAround(env, { platform: process.platform, isCi })
  const choice = await chooseStorage(storage, { keychain, surroundings })
  onStorage?.(choice)
  return choice
}

async function prepare(options: SignInOptions): Promise<World> {
  const server = canonicalServer(String(options.server), { allowHttp: options.allowHttp ?? false })
  const { fetch, store = credentialStore(options), network = openNetwork({ fetch }) } = options
  const {
    warn = () => undefined,
    uninterrupted = (work) => work(),
    fallBackToFile = async () => false,
    signal,
  } = options
  const target = (await chooseTarget(options))?.target
  // Proves before any browser opens that there is a place to save in.
  await (await store.reserve(server, target)).abandon()
  return { server, network, store, target, signal, warn, uninterrupted, fallBackToFile }
}

/** Starts the device flow, shows it, and waits; a caller that cannot show it ends the wait. */
async function approve({ server, network, warn }: World, options: LoginOptions) {
  const { onVerification, openBrowser, isBrowserElsewhere, onWaiting, deviceName = hostname() } = options
  const { clock = systemClock } = options
  const failing = new AbortController()
  const done = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, failing.signal]) : failing.signal
  const listener = openBrowser && !isBrowserElsewhere ? await (await import('./loopback.ts')).listenOnLoopback() : null
  try {
    const login = await startDeviceLogin({ network, server, deviceName, listener, now: clock.now, signal })
    const { deviceCode: _, expiresAtMs, sameComputerUri, userCode, ...told } = login
    if (sameComputerUri !== null) listener?.leadTo({ sameComputerUri, userCode })
    const verification = {
      ...told,
      userCode,
      sameComputerUri: listener && sameComputerUri,
      expiresAt: new Date(expiresAtMs),
    }
    const showing = (async () => {
      await onVerification(verification)
      if (openBrowser) await openBrowsers({ verification, listener, openBrowser, clock, warn, signal: done.signal })
    })()
    showing.catch(() => failing.abort())
    try {
      return await waitForApproval({ network, login, clock, signal, onWaiting })
    } catch (error) {
      if (failing.signal.aborted) await showing
      throw error
    }
  } finally {
    done.abort()
    listener?.close()
  }
}

/** A browser that is only slow to start finds both addresses open, and each leads on. */
async function openBrowsers(options: {
  verification: Verification
  listener: LoopbackListener | null
  openBrowser: (uri: string) => Promise<boolean>
  clock: Clock
  warn: (text: string) => void
  signal: AbortSignal
}): Promise<void> {
  const { verification, listener, openBrowser, clock, warn, signal } = options
  const { sameComputerUri, isSameComputerRequired, verificationUriComplete } = verification
  const isOpened = await openBrowser(sameComputerUri ?? verificationUriComplete)
  if (!isOpened || sameComputerUri === null || listener === null) return
  const waited = clock.sleep(visitWithinMs, signal).then(
    () => !signal.aborted,
    () => false,
  )
  const isMissing = await Promise.race([listener.visited.then(() => false), waited])
  if (!isMissing) return
  if (isSameComputerRequired) warn('No browser on this computer has reached this command yet, and no other can approve')
  else await openBrowser(verificationUriComplete)
}

/** Who the new token belongs to. A server that just then cannot say does not cost the login. */
async function newUser(world: World, accessToken: string): Promise<SignedInUser | null> {
  const { server, warn } = world
  try {
    return await askUser(world, accessToken)
  } catch (error) {
    if (isOsaError(error, 'token_rejected')) {
      const hint = "Tell the archive's administrator"
      throw new OsaError('token_rejected', `${server} refuses the token it has just given`, { server, hint })
    }
    if (!isOsaError(error) || !error.retryable) throw error
    warn(`Couldn't ask the archive who you are (${error.message})`)
    return null
  }
}

const stored = (user: SignedInUser | null) => user && { display_name: user.display_name, external_id: user.external_id }

async function signIn(options: LoginOptions): Promise<Login> {
  const { clock = systemClock, onApproved, signal } = options
  const world = await prepare(options)
  const { server, network } = world
  // Before anything else is sent: an original server would accept what is meant for a node.
  const document = await network.discover(server, { signal })
  options.onServer?.(document)
  const tokens = await approve(world, options)
  onApproved?.()
  const unnamed = toCredential(tokens, null, clock.now())
  try {
    const user = await newUser(world, tokens.access_token)
    await keep(world, { ...unnamed, user: stored(user) })
    return { server, user }
  } catch (error) {
    await endQuietly(world, unnamed)
    throw error
  }
}

/**
 * Signs a person in with the device flow (RFC 8628) and saves the login for this tool, `osa` and every other. Nothing is sent before it is
 * certain that the login can be saved; what cannot be saved after all is ended again. Throws `login_denied`, `login_expired`, `login_lost`,
 * `aborted`, `store_…`, `untrusted_verification_url`, `not_an_osa_server` and the network's codes.
 */
export async function login(options: LoginOptions): Promise<Login> {
  try {
    return await signIn(options)
  } catch (error) {
    const { signal } = options
    throw signal?.aborted && isOsaError(error, 'aborted') ? cancelled(signal, error.server) : error
  }
}

/** Saves an access token that was made elsewhere, if the server knows it. Throws `token_rejected` if not, and as `login` does. */
export async function loginWithToken(options: SignInOptions & { readonly accessToken: string }): Promise<Login> {
  const { accessToken, clock = systemClock } = options
  const world = await prepare(options)
  const user = await askUser(world, accessToken)
  const obtainedAt = Math.floor(clock.now() / 1000)
  await keep(world, { accessToken, refreshToken: null, expiresAt: null, obtainedAt, user: stored(user) })
  return { server: world.server, user }
}
