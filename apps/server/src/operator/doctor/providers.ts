/** Checks that the identity providers can be discovered, in the same way as a starting node does. */
import type { Config } from '../../config/config.ts'
import { exchangeTimeoutMs, UpstreamUnreachable } from '../../identity/bounded-fetch.ts'
import { discoveryOf } from '../../identity/discovery.ts'
import { type Finding, fix, ok } from './finding.ts'

export function examineProviders({ identity }: Config): Promise<Finding[]> {
  const { orcid, oidc, development } = identity
  const providers = [...(orcid ? [{ name: 'ORCID', ...orcid }] : []), ...(oidc ? [oidc] : [])]
  if (development)
    return Promise.resolve([ok('sign-in', 'development sign-in: anyone can be anyone, on loopback only')])
  return Promise.all(providers.map(find))
}

async function find({ name, issuer, clientId }: { name: string; issuer: string; clientId: string }): Promise<Finding> {
  const discovery = discoveryOf({ issuer, clientId, now: () => new Date() })
  try {
    const { authorizationOrigin } = await discovery.find(AbortSignal.timeout(exchangeTimeoutMs))
    return ok('sign-in', `${name} found at ${issuer}; people sign in at ${authorizationOrigin}`)
  } catch (error) {
    return fix(
      'sign-in',
      `${name} not found: ${reasonOf(error)}`,
      `Check that this machine can reach ${issuer}, and that this is exactly the issuer of the provider.`,
    )
  }
}

/** Finds the most specific message: the OpenID Connect library wraps errors of the bounded fetch, which wraps errors of the system. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof UpstreamUnreachable) return error.message
  return error.cause === undefined ? error.message : reasonOf(error.cause)
}
