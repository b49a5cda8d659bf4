/**
 * A provider's public keys and the check of a signature against them. Kept for ten minutes; a key id that is not among them causes one
 * refetch a minute, so that a rotation is seen at once and made-up key ids cannot turn this node against the provider (E18).
 */
import { compactVerify, createLocalJWKSet, errors, type JSONWebKeySet } from 'jose'
import { type boundedFetch, UpstreamUnreachable } from './bounded-fetch.ts'
import { cachedLoader } from './cached-loader.ts'

const maxAgeMs = 600_000
const refetchCooldownMs = 60_000

export interface KeySet {
  /** Resolves when the signature holds under one of the keys and an allowed algorithm; rejects with jose's error otherwise. */
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
