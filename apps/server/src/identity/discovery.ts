/** Where a provider's endpoints are: its metadata, fetched when first needed and checked before it is believed (OIDC Discovery §4.3). */
import * as client from 'openid-client'
import { boundedFetch, isAllowedAddress, UpstreamUnreachable } from './bounded-fetch.ts'
import { type KeySet, remoteKeySet } from './key-set.ts'
import { remembered } from './remembered.ts'

const maxAgeMs = 3_600_000

export interface Discovered {
  readonly metadata: client.ServerMetadata
  readonly authorizationOrigin: string
  readonly keys: KeySet
}

/** Discovers a provider; kept for an hour, single-flight, retried after a failure once that has cooled down. */
export const discoveryOf = ({ issuer, clientId, now }: { issuer: string; clientId: string; now: () => Date }) => {
  let keySet: { jwksUri: string; keys: KeySet } | null = null
  return remembered({
    maxAgeMs,
    now,
    async load(signal): Promise<Discovered> {
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
    },
  })
}

/** The issuer must be the configured one to the letter, and an https issuer has https endpoints only (E16). */
const checkedEndpoints = (metadata: client.ServerMetadata, issuer: string) => {
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
