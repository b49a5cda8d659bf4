/**
 * Returns valid access tokens: the saved one, or a renewed one. Renewing rotates the refresh token, so only one process at a time does it, and
 * only after making sure that the new tokens can be saved.
 */

import type { TokenResponse } from '@osa/contract'
import type { Network } from '../client/network.ts'
import type { Clock } from '../clock.ts'
import { isOsaError, OsaError, signInHint } from '../errors.ts'
import { type CredentialStore, notAuthenticated } from './credential-store.ts'
import type { Credential } from './credentials-file.ts'
import type { SeenLogin } from './login-index.ts'
import { refresh } from './refresh.ts'

const lockTimeoutMs = 20_000
/** An access token that expires sooner than this is renewed first (K33). */
export const defaultMinimumTtlSeconds = 60
/** Longer lifetimes are cut to about a year. A token that the server rejects earlier is renewed anyway. */
const maxLifetimeSeconds = 366 * 86_400

/** Options of `createStoredTokens`. */
export interface StoredTokensOptions {
  store: CredentialStore
  network: Network
  clock: Clock
  /** Wraps work that must not be interrupted by a signal: from the refresh request until the tokens are saved. */
  uninterrupted?: <T>(work: () => Promise<T>) => Promise<T>
  /** Called after every renewal that was saved. */
  onRefreshed?: (server: string) => void
}

/** The requirements for a token. */
export interface TokenRequest {
  /** The token that the server has just rejected, if any. It is not returned again. */
  rejected?: string
  /** The token must be valid for longer than this. 60 by default. */
  minimumTtlSeconds?: number
  signal?: AbortSignal
}

/** Valid access tokens from saved logins. */
export interface StoredTokens {
  /**
   * Returns a valid access token. Throws `not_authenticated` (no login), `session_ended` (the server ended the session, or the login cannot be
   * renewed), `lock_timeout`, `store_…`, or the network's codes. A failed refresh leaves the saved login unchanged.
   */
  getFreshToken(server: string, request?: TokenRequest): Promise<string>
}

/** Converts a token response to its saved form. Lifetimes count from its arrival, by this computer's clock (K37). */
export function toCredential(tokens: TokenResponse, user: Credential['user'], nowMs: number): Credential {
  const obtainedAt = Math.floor(nowMs / 1000)
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    obtainedAt,
    expiresAt: obtainedAt + Math.floor(Math.min(tokens.expires_in, maxLifetimeSeconds)),
    user,
  }
}

function sessionEnded(server: string, credential: Credential, reason?: string): OsaError {
  if (credential.refreshToken === null) {
    return new OsaError('session_ended', `Your session on ${server} has ended, and it can't be renewed`, {
      server,
      hint: signInHint(server),
    })
  }
  const why = reason === 'expired' ? 'not used for too long' : 'it was signed out or used elsewhere'
  return new OsaError('session_ended', `Your session on ${server} has ended (${why})`, {
    server,
    hint: signInHint(server),
  })
}

/** Creates the source of valid access tokens from saved logins. Concurrent requests share one renewal. */
export function createStoredTokens(options: StoredTokensOptions): StoredTokens {
  const { store, network, clock, uninterrupted = (work) => work(), onRefreshed } = options
  const inFlight = new Map<string, Promise<string>>()

  const secondsLeft = (credential: Credential): number =>
    credential.expiresAt === null ? Number.POSITIVE_INFINITY : credential.expiresAt - clock.now() / 1000

  const isUsable = (credential: Credential, request: TokenRequest): boolean =>
    credential.accessToken !== request.rejected &&
    secondsLeft(credential) > (request.minimumTtlSeconds ?? defaultMinimumTtlSeconds)

  const isStillValid = (credential: Credential, request: TokenRequest): boolean =>
    credential.accessToken !== request.rejected && secondsLeft(credential) > 0

  /** Returns the token that another process has saved meanwhile; null if it does not meet the request. */
  const savedBy = async (server: string, request: TokenRequest): Promise<string | null> => {
    const saved = await store.read(server)
    if (!saved) throw notAuthenticated(server)
    return isUsable(saved, request) ? saved.accessToken : null
  }

  /** Refreshes, saves and returns the new token. The caller holds the lock. Returns null, before sending anything, if the login has changed. */
  const rotate = async (
    server: string,
    current: Credential,
    refreshToken: string,
    request: TokenRequest,
  ): Promise<string | null> => {
    const reservation = await store.reserve(server)
    try {
      // Another process may have refreshed: a tool without our lock (the original `osa`), or one that took over the lock during a suspension.
      if ((await store.read(server))?.refreshToken !== refreshToken) return null
      const refreshed = await refresh(network, server, refreshToken)
      if ('tokens' in refreshed) {
        const renewed = toCredential(refreshed.tokens, current.user, clock.now())
        // Never overwrites a newer entry: that would restore a used-up token, or a login that was removed.
        if (!(await reservation.commitUnlessChanged(renewed))) {
          return (await savedBy(server, request)) ?? renewed.accessToken
        }
        onRefreshed?.(server)
        return renewed.accessToken
      }
      const later = await store.read(server)
      if (later && later.refreshToken !== refreshToken && isUsable(later, request)) return later.accessToken
      if ('refused' in refreshed) throw sessionEnded(server, current, refreshed.refused)
      if (isStillValid(current, request)) return current.accessToken
      throw refreshed.failed
    } finally {
      await reservation.abandon()
    }
  }

  /** Returns a token that this or another process has renewed; null if the login has changed and must be read again. */
  const renew = async (server: string, seen: SeenLogin, request: TokenRequest): Promise<string | null> => {
    const wait = { timeoutMs: lockTimeoutMs, signal: request.signal }
    const lock = await store.lockRefreshUnlessChanged(server, seen, wait)
    if (!lock) return null
    try {
      const current = await store.read(server)
      if (!current) throw notAuthenticated(server)
      if (isUsable(current, request)) return current.accessToken
      const { refreshToken } = current
      if (refreshToken === null) throw sessionEnded(server, current)
      return await uninterrupted(() => rotate(server, current, refreshToken, request))
    } finally {
      await lock.release()
    }
  }

  /** Whether the index shows that a login in a keychain has expired. Then only the process that renews it opens the keychain. */
  const hasExpiredInKeychain = ({ login }: SeenLogin): boolean => {
    const hasExpired = login?.expiresAt != null && login.expiresAt <= clock.now() / 1000
    return hasExpired && login.storage === 'keychain' && login.isRenewable
  }

  /** Returns the saved token, or a renewed one; null if the login has changed meanwhile. */
  const attempt = async (server: string, request: TokenRequest): Promise<string | null> => {
    // First of all, so that anything that another process saves from now on counts as a change.
    const seen = await store.look(server)
    if (hasExpiredInKeychain(seen)) return await renew(server, seen, request)
    const stored = await store.read(server)
    if (!stored) throw notAuthenticated(server)
    if (isUsable(stored, request)) return stored.accessToken
    if (stored.refreshToken === null) {
      if (isStillValid(stored, request)) return stored.accessToken
      throw sessionEnded(server, stored)
    }
    try {
      return await renew(server, seen, request)
    } catch (error) {
      // If nothing can be saved (read-only home, locked keychain, stuck lock), the refresh token is not used up, and the old access token is
      // returned until it expires.
      const isUnsaveable = isOsaError(error, 'store_unwritable', 'store_locked', 'store_unavailable', 'lock_timeout')
      if (isUnsaveable && isStillValid(stored, request)) return stored.accessToken
      throw error
    }
  }

  const obtain = async (server: string, request: TokenRequest): Promise<string> => {
    for (;;) {
      const token = await attempt(server, request)
      if (token !== null) return token
    }
  }

  const getFreshToken = (server: string, request: TokenRequest = {}): Promise<string> => {
    const key = [server, request.rejected, request.minimumTtlSeconds].join(' ')
    const running = inFlight.get(key)
    if (running !== undefined) {
      return running.catch((error: unknown) => {
        // The first caller has cancelled. Callers that joined its request try again.
        if (isOsaError(error, 'aborted') && !request.signal?.aborted) return getFreshToken(server, request)
        throw error
      })
    }
    const started = obtain(server, request).finally(() => inFlight.delete(key))
    inFlight.set(key, started)
    return started
  }

  return { getFreshToken }
}
