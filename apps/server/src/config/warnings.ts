/** Settings that a node accepts although they are probably mistakes. */
import type { Config } from './config.ts'
import { isProduction } from './rules.ts'
import type { Values } from './settings.ts'

/** Only `NODE_ENV=production` enables the strict rules (L01), so variants such as `prod` get a warning. */
export const modeWarnings = ({ NODE_ENV: mode }: Values): string[] =>
  mode === undefined || ['production', 'development', 'test'].includes(mode)
    ? []
    : ['NODE_ENV is neither production nor development, so the rules of production do not apply']

/**
 * In production a proxy terminates TLS. Unless it is trusted, all requests appear to come from its address, so all people share its budgets
 * (C10) and its network (D29).
 */
export const proxyWarnings = (values: Values): string[] =>
  isProduction(values) && values.OSA_TRUSTED_PROXIES?.length === 0
    ? [
        'OSA_TRUSTED_PROXIES names no proxy, so all requests appear to come from the proxy in front: everybody shares its rate limits, and the confirm page cannot warn about a different network',
      ]
    : []

/** Warns about administrators whose issuer is not configured here (L05). */
export function adminWarnings({ admins, identity, publicUrl }: Config): string[] {
  const issuers = [identity.orcid?.issuer, identity.oidc?.issuer]
  if (identity.development) issuers.push(publicUrl ? `${publicUrl.origin}/development` : undefined)
  return admins
    .filter(({ issuer }) => !issuers.includes(issuer) && !(identity.development && publicUrl === null))
    .map(({ issuer }) => `OSA_ADMINS names the issuer ${issuer}, but nobody can sign in with it here`)
}
