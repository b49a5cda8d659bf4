/** Settings that a node accepts although they are probably mistakes. */
import { nearestName } from '../nearest-name.ts'
import type { Config } from './config.ts'
import { isProduction } from './rules.ts'
import { settings, type Values } from './settings.ts'

/** Variables of the `osa` command, which may share an environment with a node. */
const commandVariables = new Set(['OSA_SERVER', 'OSA_TOKEN', 'OSA_REGISTRY'])

/**
 * Warns about unknown `OSA_…` variables, with the nearest known name: usually typing errors, because of which the node runs without the
 * intended setting.
 */
export const unknownSettings = (env: NodeJS.ProcessEnv): string[] =>
  Object.keys(env)
    .filter((name) => name.startsWith('OSA_') && !(name in settings) && !commandVariables.has(name))
    .map((name) => {
      const nearest = nearestName(name, Object.keys(settings))
      return `${name} is not a setting of this node and is ignored${nearest ? `; did you mean ${nearest}?` : ''}`
    })

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
