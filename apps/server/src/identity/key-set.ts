/**
 * Checks signatures against a provider's public keys, which are cached for ten minutes. An unknown key id causes at most one refetch a minute,
 * so that a key rotation is noticed at once and forged key ids cannot make this node flood the provider with requests (E18).
 */
import { compactVerify, createLocalJWKSet, errors, type JSONWebKeySet } from 'jose'
import { type boundedFetch, UpstreamUnreachable } from './bounded-fetch.ts'
import { cachedLoader } from './cached-loader.ts'

const maxAgeMs = 600_000
const refetchCooldownMs = 60_000

export interface KeySet {
  /** Resolves if the signature is valid for one of the keys and an allowed algorithm; otherwise rejects with jose's error. */
  verify(jwt: string, algorithms: readonly string[], signal: AbortSignal): Promise<void>
}

export function remoteKeySet({
  jwksUri,
  fetchWithin,
  now,
}: {
  jwksUri: string
  fetchWithin: typeof boundedFetch
  now: () => Date
}): KeySet {
  const keys = cachedLoader({ load: (signal) => loadKeys(jwksUri, fetchWithin(signal)), maxAgeMs, now })
  let refetchedAt = Number.NEGATIVE_INFINITY
  return {
    async verify(jwt, algorithms, signal) {
      const options = { algorithms: [...algorithms] }
      try {
        await compactVerify(jwt, await keys.get(signal), options)
      } catch (error) {
        const mayRefetch = Math.abs(now().getTime() - refetchedAt) >= refetchCooldownMs
        if (!(error instanceof errors.JWKSNoMatchingKey) || !mayRefetch) throw error
        refetchedAt = now().getTime()
        await compactVerify(jwt, await keys.refresh(signal), options)
      }
    },
  }
}

async function loadKeys(jwksUri: string, fetchBounded: ReturnType<typeof boundedFetch>) {
  const response = await fetchBounded(jwksUri, { headers: { accept: 'application/json' } })
  if (response.status !== 200) throw new UpstreamUnreachable(`the key set answered ${response.status}`)
  try {
    return createLocalJWKSet((await response.json()) as JSONWebKeySet)
  } catch (error) {
    throw new UpstreamUnreachable('the key set is not a JWK set', { cause: error })
  }
}
