/** What a node starts with all the same, but its operator has probably not meant. */
import type { Config } from './config.ts'
import { isProduction } from './rules.ts'
import type { Values } from './settings.ts'

/** Only the word itself makes a node strict (L01); whoever writes another one for it should hear that it does not. */
export const modeWarnings = ({ NODE_ENV: mode }: Values): string[] =>
  mode === undefined || ['production', 'development', 'test'].includes(mode)
    ? []
    : ['NODE_ENV is neither production nor development, so what production refuses is allowed here']

/** In production something else ends TLS; unless it is named, all people share its address, its budgets (C10) and its network (D29). */
export const proxyWarnings = (values: Values): string[] =>
  isProduction(values) && values.OSA_TRUSTED_PROXIES?.length === 0
    ? [
        'OSA_TRUSTED_PROXIES names no proxy, so everybody seems to come from the one in front, shares its limits, and the confirm page cannot warn of another network',
      ]
    : []

/** An administrator of an issuer that nobody can sign in with is probably a slip (L05). */
export function adminWarnings({ admins, identity, publicUrl }: Config): string[] {
  const issuers = [identity.orcid?.issuer, identity.oidc?.issuer]
  if (identity.development) issuers.push(publicUrl ? `${publicUrl.origin}/development` : undefined)
  return admins
    .filter(({ issuer }) => !issuers.includes(issuer) && !(identity.development && publicUrl === null))
    .map(({ issuer }) => `OSA_ADMINS names ${issuer}, with which nobody can sign in here`)
}
