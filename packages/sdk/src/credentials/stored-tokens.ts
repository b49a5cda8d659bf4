/**
 * A valid access token for a server, whatever it takes: the saved one, or a renewed one. Renewing rotates the refresh token, so it
 * happens in one process at a time, and never before it is certain that the new pair can be saved.
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
/** An access token that ends sooner than this is renewed first (K33). */
export const defaultMinimumTtlSeconds = 60
/** A server that promises more than a year is not believed; when the token is refused, it is renewed all the same. */
const maxLifetimeSeconds = 366 * 86_400

/** What a session works with. */
export interface StoredTokensOptions {
  store: CredentialStore
  network: Network
  clock: Clock
  /** Runs work that must not be cut off by a signal: between the request that rotates and the save. */
  uninterrupted?: <T>(work: () => Promise<T>) => Promise<T>
  /** Hears of every renewal that was saved. */
  onRefreshed?: (server: string) => void
}

/** What a token is wanted for. */
export interface TokenRequest {
  /** The token that the server has just refused, if any: it is not handed out again. */
  rejected?: string
  minimumTtlSeconds?: number
  signal?: AbortSignal
}

/** Valid access tokens from saved logins. */
export interface StoredTokens {
  /**
   * Throws `not_authenticated` (no login), `session_ended` (the server says so, or the login cannot be renewed), `lock_timeout`,
   * `store_…`, or the network's codes. A failed refresh leaves the saved login as it is.
   */
  getFreshToken(server: string, request?: TokenRequest): Promise<string>
}

/** The saved form of a fresh token answer; lifetimes count from its receipt on this computer's clock (K37). */
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

/** Makes the object that answers valid access tokens from saved logins; concurrent questions share one renewal. */
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

  /** The token that another process has saved meanwhile, if it is of use. */
  const savedBy = async (server: string, request: TokenRequest): Promise<string | null> => {
    const saved = await store.read(server)
    if (!saved) throw notAuthenticated(server)
    return isUsable(saved, request) ? saved.accessToken : null
  }

  /** Under the lock, with a place to save in: rotate, save, hand out. Null when the login has changed before anything was sent. */
  const rotate = async (
    server: string,
    current: Credential,
    refreshToken: string,
    request: TokenRequest,
  ): Promise<string | null> => {
    const reservation = await store.reserve(server)
    try {
      // A tool that knows no lock (the original `osa`), or one that took this process for dead while it was suspended, may have rotated.
      if ((await store.read(server))?.refreshToken !== refreshToken) return null
      const refreshed = await refresh(network, server, refreshToken)
      if ('tokens' in refreshed) {
        const renewed = toCredential(refreshed.tokens, current.user, clock.now())
        // Never over what is newer: that would bring back a token that is used up, or a login that was ended.
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

  /** A renewed token, or one that somebody else has renewed; null when the login has changed, and is to be looked at again. */
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

  /** Whether a login in a keychain has to be renewed by what the index says: then only the process that does it opens the keychain. */
  const isOverByIndex = ({ login }: SeenLogin): boolean => {
    const isOver = login?.expiresAt != null && login.expiresAt <= clock.now() / 1000
    return isOver && login.storage === 'keychain' && login.isRenewable
  }

  /** The saved token, or a renewed one; null when the login has changed meanwhile. */
  const attempt = async (server: string, request: TokenRequest): Promise<string | null> => {
    // Before anything is read: whatever another process saves from now on is a change.
    const seen = await store.look(server)
    if (isOverByIndex(seen)) return await renew(server, seen, request)
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
      // Where nothing can be saved (read-only home, locked keychain, a lock that is stuck), the old token serves while it lasts, and is
      // never rotated away.
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
        // Whoever asked first has cancelled, which is no reason for those who joined in.
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
