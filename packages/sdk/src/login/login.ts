/**
 * Signing in as one call. The caller shows the code, and answers questions through the options (`osa` has its screens, prompts and storage
 * flags there).
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

/** If no browser has connected to the listener after this long, the browser is assumed to be on another computer. */
const visitWithinMs = 8_000

/** What to show a person who signs in: open or print `verificationUriComplete`, and show `userCode` to compare with the code on that page. */
export interface Verification {
  readonly server: string
  /** The code to compare or to type: `WDJB-MJHT`. */
  readonly userCode: string
  /** The address of the page where the code is typed. */
  readonly verificationUri: string
  /** The same address with the code filled in. */
  readonly verificationUriComplete: string
  /** When the code expires. */
  readonly expiresAt: Date
  readonly intervalSeconds: number
  /** An address that works only in a browser on this computer, and needs no typing of the code. Null without `openBrowser`. */
  readonly sameComputerUri: string | null
  /** True if the login can only be approved in a browser on this computer. Then do not show the other addresses. */
  readonly isSameComputerRequired: boolean
}

/** Options for signing in, by a person's approval or with a token. */
export interface SignInOptions extends StoreLocation {
  /** The node's address. */
  readonly server: string | URL
  /** Cancels the login with `aborted`, or with `timeout` for a signal of `AbortSignal.timeout()`. Has no effect once the login is being saved. */
  readonly signal?: AbortSignal | undefined
  /**
   * Where to save the login: `auto` (the default) uses the system's keychain if it works, else a file that only this user can read; `keychain`
   * and `file` use only that one.
   */
  readonly storage?: StorageWish | undefined
  /** The store to use instead of the one at `configDir`. `storage` is then ignored unless `onStorage` is given. */
  readonly store?: CredentialStore | undefined
  /** The keychain to use; the system's by default. */
  readonly keychain?: KeychainBackend | undefined
  /** True if nobody is there to unlock a keychain. By default, whether `CI` is set. */
  readonly isCi?: boolean | undefined
  /** Called with the place where the login will be saved, before anything is sent. */
  readonly onStorage?: ((choice: StorageChoice) => void) | undefined
  /** Called when a keychain fails after the approval. Return true to save in a file instead; otherwise the new session is ended. */
  readonly fallBackToFile?: ((error: OsaError) => Promise<boolean>) | undefined
  /** Called with warnings: a step that failed without ending the login, or the person whose login was replaced. */
  readonly warn?: ((text: string) => void) | undefined
  /** Wraps work that should not be interrupted: saving, and ending a session. */
  readonly uninterrupted?: (<T>(work: () => Promise<T>) => Promise<T>) | undefined
  /** The `fetch` to send requests with. */
  readonly fetch?: typeof fetch | undefined
  /** How servers are reached, instead of `fetch`. */
  readonly network?: Network | undefined
  /** Allows http:// to hosts other than this machine. */
  readonly allowHttp?: boolean | undefined
  /** The clock; this computer's by default. */
  readonly clock?: Clock | undefined
}

/** Options of `login`. */
export interface LoginOptions extends SignInOptions {
  /** Called with the server's document before anything else is sent there. Its texts are untrusted: use `cleanText` before you print them. */
  readonly onServer?: ((document: ServerDocument) => void) | undefined
  /** Shows the code and the address. Polling continues while it runs. If it throws, the login fails with that error. */
  onVerification(verification: Verification): void | Promise<void>
  /**
   * Opens an address in a browser and returns whether that worked. Called after `onVerification`, with `sameComputerUri` if there is one. If
   * no browser has connected to the listener on this computer within 8 seconds, it is called again with `verificationUriComplete`.
   */
  readonly openBrowser?: ((uri: string) => Promise<boolean>) | undefined
  /** True if the browser may be unable to reach 127.0.0.1 of this computer (a container, WSL, a remote editor). Then there is no listener. */
  readonly isBrowserElsewhere?: boolean | undefined
  /** Called after every poll except the last. */
  readonly onWaiting?: ((waiting: Waiting) => void) | undefined
  /** Called when a person has approved the login. */
  readonly onApproved?: (() => void) | undefined
  /** The name of this device on the approval page. The name of this computer by default. */
  readonly deviceName?: string | undefined
}

/** A finished login. The tokens are in the store, for `storedCredentials` and `osa`. */
export interface Login {
  readonly server: string
  /** Null if the server could not say who signed in. */
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
  // Makes sure that the login can be saved before a browser opens.
  await (await store.reserve(server, target)).abandon()
  return { server, network, store, target, signal, warn, uninterrupted, fallBackToFile }
}

/** Starts the device flow, shows the code, and waits for the decision. If `onVerification` or `openBrowser` fails, stops waiting. */
async function approve({ server, network, warn }: World, options: LoginOptions) {
  const { onVerification, openBrowser, isBrowserElsewhere, onWaiting, deviceName = hostname() } = options
  const { clock = systemClock } = options
  const failing = new AbortController()
  const done = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, failing.signal]) : failing.signal
  const listener = openBrowser && !isBrowserElsewhere ? await (await import('./loopback.ts')).listenOnLoopback() : null
  try {
    const login = await startDeviceLogin({ network, server, deviceName, listener, now: clock.now, signal })
    const { deviceCode: _, expiresAtMs, sameComputerUri, userCode, ...shown } = login
    if (sameComputerUri !== null) listener?.leadTo({ sameComputerUri, userCode })
    const verification = {
      ...shown,
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

/** Opens `sameComputerUri` and, if no browser connects in time, the other address. With a slow browser both may open; either one works. */
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
  if (isSameComputerRequired)
    warn('No browser on this computer has connected yet, and the archive accepts no approval from elsewhere')
  else await openBrowser(verificationUriComplete)
}

/** Returns the person that the new token belongs to. If the server cannot answer at the moment, warns and returns null. */
async function newUser(world: World, accessToken: string): Promise<SignedInUser | null> {
  const { server, warn } = world
  try {
    return await askUser(world, accessToken)
  } catch (error) {
    if (isOsaError(error, 'token_rejected')) {
      const hint = "Tell the archive's administrator"
      throw new OsaError('token_rejected', `${server} rejects the token that it just issued`, { server, hint })
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
  // Before anything else is sent, because an original (Python) server would accept requests that are meant for a node.
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
 * Signs a person in with the device flow (RFC 8628) and saves the login for this tool, `osa` and all other tools. Checks that the login can be
 * saved before sending anything; if saving fails after all, ends the new session. Throws `login_denied`, `login_expired`, `login_lost`,
 * `same_computer_required`, `aborted`, `timeout`, `store_…`, `untrusted_verification_url`, `not_an_osa_server` and the network's codes.
 */
export async function login(options: LoginOptions): Promise<Login> {
  try {
    return await signIn(options)
  } catch (error) {
    const { signal } = options
    throw signal?.aborted && isOsaError(error, 'aborted') ? cancelled(signal, error.server) : error
  }
}

/** Saves an access token that was created elsewhere, if the server accepts it. Throws `token_rejected`, `store_…` and the network's codes. */
export async function loginWithToken(options: SignInOptions & { readonly accessToken: string }): Promise<Login> {
  const { accessToken, clock = systemClock } = options
  const world = await prepare(options)
  const user = await askUser(world, accessToken)
  const obtainedAt = Math.floor(clock.now() / 1000)
  await keep(world, { accessToken, refreshToken: null, expiresAt: null, obtainedAt, user: stored(user) })
  return { server: world.server, user }
}
