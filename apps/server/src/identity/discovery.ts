/**
 * Finds the endpoints of a provider: loads its metadata at start and every hour in the background, and checks it before use (OIDC Discovery
 * §4.3). Requests of people who have not been at the provider never cause a call to it (J10).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import * as client from 'openid-client'
import { boundedFetch, exchangeTimeoutMs, isAllowedAddress, UpstreamUnreachable } from './bounded-fetch.ts'
import { type KeySet, remoteKeySet } from './key-set.ts'

const renewalMs = 3_600_000
/** The pause after the first failed attempt; it doubles with each further failure, up to a minute. */
const firstRetryMs = 1_000
const longestRetryMs = 60_000

export interface Discovered {
  readonly metadata: client.ServerMetadata
  readonly authorizationOrigin: string
  readonly keys: KeySet
}

/** A discovery that runs in the background. */
export interface DiscoveryRun {
  /** Resolves after the first attempt, successful or not. */
  readonly attempted: Promise<void>
  stop(): Promise<void>
}

export interface Discovery {
  /** The last result, however old; null before the first success. Makes no request. */
  known(): Discovered | null
  /** The error of the last attempt; null after a success or before the first attempt. */
  lastError(): unknown
  /** Returns the last result, or else searches now. Only for a person who comes back with a state of this node. */
  find(signal: AbortSignal): Promise<Discovered>
  /** Searches for the provider now, again after each failure, and every hour. Reports failures to `onFailure`. */
  start(onFailure: (error: unknown) => void): DiscoveryRun
}

/** Returns the discovery of one provider, which makes no request before `start` or `find`. */
export function discoveryOf(provider: { issuer: string; clientId: string; now: () => Date }): Discovery {
  const load = metadataLoader(provider)
  let known: Discovered | null = null
  let lastError: unknown = null
  const search = async (signal: AbortSignal): Promise<Discovered> => {
    try {
      known = await load(signal)
      lastError = null
      return known
    } catch (error) {
      lastError = error
      throw error
    }
  }
  return {
    known: () => known,
    lastError: () => lastError,
    find: async (signal) => known ?? search(signal),
    start: (onFailure) => keepSearching(search, onFailure),
  }
}

function keepSearching(
  search: (signal: AbortSignal) => Promise<unknown>,
  onFailure: (error: unknown) => void,
): DiscoveryRun {
  const stopping = new AbortController()
  const attempt = async (): Promise<boolean> => {
    try {
      await search(AbortSignal.any([stopping.signal, AbortSignal.timeout(exchangeTimeoutMs)]))
      return true
    } catch (error) {
      if (!stopping.signal.aborted) onFailure(error)
      return false
    }
  }
  const first = attempt()
  const loop = async () => {
    let [found, retryMs] = [await first, firstRetryMs]
    while (await pause(found ? renewalMs : retryMs, stopping.signal)) {
      retryMs = found ? firstRetryMs : Math.min(2 * retryMs, longestRetryMs)
      found = await attempt()
    }
  }
  const running = loop()
  return {
    attempted: first.then(() => undefined),
    stop() {
      stopping.abort()
      return running
    },
  }
}

/** Waits; returns false when stopped. */
const pause = (ms: number, signal: AbortSignal): Promise<boolean> =>
  sleep(ms, true, { signal, ref: false }).catch(() => false) // rejects only when the signal fires

function metadataLoader({ issuer, clientId, now }: { issuer: string; clientId: string; now: () => Date }) {
  let keySet: { jwksUri: string; keys: KeySet } | null = null
  return async (signal: AbortSignal): Promise<Discovered> => {
    const found = await client.discovery(new URL(issuer), clientId, undefined, client.None(), {
      [client.customFetch]: boundedFetch(signal),
      ...(issuer.startsWith('http:') ? { execute: [client.allowInsecureRequests] } : {}),
    })
    const metadata = found.serverMetadata()
    const { authorization, jwksUri } = checkedEndpoints(metadata, issuer)
    // keeps the keys, and the cool-down that protects the provider, while hourly metadata names the same address
    if (keySet?.jwksUri !== jwksUri) {
      keySet = { jwksUri, keys: remoteKeySet({ jwksUri, fetchWithin: boundedFetch, now }) }
    }
    return { metadata, authorizationOrigin: authorization.origin, keys: keySet.keys }
  }
}

/** Refuses metadata whose issuer differs from the configured one, or with an http endpoint for an https issuer (E16). */
function checkedEndpoints(metadata: client.ServerMetadata, issuer: string) {
  if (metadata.issuer !== issuer) throw new UpstreamUnreachable(`the metadata of ${issuer} names another issuer`)
  const endpoint = (name: 'authorization_endpoint' | 'token_endpoint' | 'jwks_uri'): URL => {
    const text = metadata[name]
    const url = text === undefined ? null : URL.parse(text)
    const allowed = url && isAllowedAddress(url) && (url.protocol === 'https:' || issuer.startsWith('http:'))
    if (!allowed) throw new UpstreamUnreachable(`the metadata of ${issuer} has no usable ${name}`)
    return url
  }
  endpoint('token_endpoint')
  return { authorization: endpoint('authorization_endpoint'), jwksUri: endpoint('jwks_uri').href }
}
