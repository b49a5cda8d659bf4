/**
 * Where a provider's endpoints are: its metadata, looked for at start and every hour in the background, and checked before it is believed
 * (OIDC Discovery §4.3). No request of a stranger causes a call to the provider (J10).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import * as client from 'openid-client'
import { boundedFetch, exchangeTimeoutMs, isAllowedAddress, UpstreamUnreachable } from './bounded-fetch.ts'
import { type KeySet, remoteKeySet } from './key-set.ts'

const renewalMs = 3_600_000
/** Between attempts that fail: twice as long each time, up to a minute. */
const firstRetryMs = 1_000
const longestRetryMs = 60_000

export interface Discovered {
  readonly metadata: client.ServerMetadata
  readonly authorizationOrigin: string
  readonly keys: KeySet
}

/** A search in progress. */
export interface Search {
  /** Resolves after the first attempt, whatever came of it. */
  readonly attempted: Promise<void>
  stop(): Promise<void>
}

export interface Discovery {
  /** What was found last, however long ago; null before the first time. Asks nobody. */
  known(): Discovered | null
  /** Why nothing was found last; null after success or before an attempt. */
  trouble(): unknown
  /** What is known, or else found now: only for a person who comes back with a state that is ours. */
  find(signal: AbortSignal): Promise<Discovered>
  /** Looks for the provider now, again after each failure, and every hour. `tell` hears of failures. */
  start(tell: (error: unknown) => void): Search
}

/** The discovery of one provider; nothing happens before `start`. */
export function discoveryOf(provider: { issuer: string; clientId: string; now: () => Date }): Discovery {
  const load = metadataLoader(provider)
  let known: Discovered | null = null
  let trouble: unknown = null
  const look = async (signal: AbortSignal): Promise<Discovered> => {
    try {
      known = await load(signal)
      trouble = null
      return known
    } catch (error) {
      trouble = error
      throw error
    }
  }
  return {
    known: () => known,
    trouble: () => trouble,
    find: async (signal) => known ?? look(signal),
    start: (tell) => keepLooking(look, tell),
  }
}

function keepLooking(look: (signal: AbortSignal) => Promise<unknown>, tell: (error: unknown) => void): Search {
  const stopping = new AbortController()
  const attempt = async (): Promise<boolean> => {
    try {
      await look(AbortSignal.any([stopping.signal, AbortSignal.timeout(exchangeTimeoutMs)]))
      return true
    } catch (error) {
      if (!stopping.signal.aborted) tell(error)
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

/** False when told to stop. */
const pause = (ms: number, signal: AbortSignal): Promise<boolean> =>
  sleep(ms, true, { signal, ref: false }).catch(() => false) // rejects only because of the signal

function metadataLoader({ issuer, clientId, now }: { issuer: string; clientId: string; now: () => Date }) {
  let keySet: { jwksUri: string; keys: KeySet } | null = null
  return async (signal: AbortSignal): Promise<Discovered> => {
    const found = await client.discovery(new URL(issuer), clientId, undefined, client.None(), {
      [client.customFetch]: boundedFetch(signal),
      ...(issuer.startsWith('http:') ? { execute: [client.allowInsecureRequests] } : {}),
    })
    const metadata = found.serverMetadata()
    const { authorization, jwksUri } = checkedEndpoints(metadata, issuer)
    // metadata comes back every hour; the keys, and the cool-down that protects the provider, stay while their address does
    if (keySet?.jwksUri !== jwksUri) {
      keySet = { jwksUri, keys: remoteKeySet({ jwksUri, fetchWithin: boundedFetch, now }) }
    }
    return { metadata, authorizationOrigin: authorization.origin, keys: keySet.keys }
  }
}

/** The issuer must be the configured one to the letter, and an https issuer has https endpoints only (E16). */
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
