/** Rules that involve several settings, and the rules of production (L01, L06). Each problem says what to set. */
import { isLoopbackHost } from './loopback.ts'
import type { Given, Values } from './settings.ts'

export const isProduction = (values: Values): boolean => values.NODE_ENV === 'production'

/** Returns whether any identity provider is configured. Invalid values count, since they are reported separately. */
export const hasIdentityProvider = (given: Given): boolean =>
  ['OSA_ORCID_CLIENT_ID', 'OSA_ORCID_CLIENT_SECRET', 'OSA_OIDC_ISSUER'].some((name) => given.has(name))

/** Returns every conflict between settings, including violations of the production or development rules. */
export const ruleProblems = (values: Values, given: Given): string[] => [
  ...providerProblems(given),
  ...lifetimeProblems(values),
  ...capProblems(values),
  ...(isProduction(values) ? productionProblems(values, given) : developmentProblems(values, given)),
]

function together(given: Given, names: readonly (keyof Values)[]): string[] {
  const missing = names.filter((name) => !given.has(name))
  return missing.length === 0 || missing.length === names.length
    ? []
    : [
        `${missing.join(' and ')} must be set too, because ${names.filter((name) => !missing.includes(name)).join(' and ')} is`,
      ]
}

/** Reports settings that have no effect because the setting they belong to is missing: usually a provider was meant to be on. */
const needs = (given: Given, owner: keyof Values, names: readonly (keyof Values)[]): string[] =>
  given.has(owner)
    ? []
    : names.filter((name) => given.has(name)).map((name) => `${owner} must be set too, because ${name} is`)

const providerProblems = (given: Given): string[] => [
  ...together(given, ['OSA_ORCID_CLIENT_ID', 'OSA_ORCID_CLIENT_SECRET']),
  ...together(given, ['OSA_OIDC_ISSUER', 'OSA_OIDC_CLIENT_ID', 'OSA_OIDC_CLIENT_SECRET']),
  ...needs(given, 'OSA_OIDC_ISSUER', ['OSA_OIDC_FORM_ACTION_ORIGINS', 'OSA_OIDC_NAME', 'OSA_OIDC_SCOPE']),
  ...needs(given, 'OSA_ORCID_CLIENT_ID', ['OSA_ORCID_ISSUER']),
]

function lifetimeProblems(values: Values): string[] {
  const { OSA_REFRESH_IDLE_SECONDS: idle = 0, OSA_REFRESH_ABSOLUTE_SECONDS: absolute = Number.POSITIVE_INFINITY } =
    values
  const { OSA_DEVICE_POLL_INTERVAL_SECONDS: interval = 0, OSA_DEVICE_CODE_LIFETIME_SECONDS: lifetime = 900 } = values
  return [
    ...(idle > absolute ? ['OSA_REFRESH_IDLE_SECONDS must not be longer than OSA_REFRESH_ABSOLUTE_SECONDS'] : []),
    ...(interval > lifetime
      ? ['OSA_DEVICE_POLL_INTERVAL_SECONDS must not be longer than OSA_DEVICE_CODE_LIFETIME_SECONDS']
      : []),
  ]
}

/** Slots for pending codes are divided fairly among sources, starts are not. So the start budget must not run out before the slots do. */
const capProblems = ({
  OSA_MAX_PENDING_CODES: codes = 0,
  OSA_MAX_STARTS_PER_MINUTE: starts = codes,
}: Values): string[] =>
  starts < codes ? ['OSA_MAX_STARTS_PER_MINUTE must not be smaller than OSA_MAX_PENDING_CODES'] : []

const waysToSignIn =
  'set OSA_ORCID_CLIENT_ID and OSA_ORCID_CLIENT_SECRET, or OSA_OIDC_ISSUER, OSA_OIDC_CLIENT_ID and OSA_OIDC_CLIENT_SECRET'

/** The development sign-in lets anyone sign in as anyone, so it must not be reachable from other machines. */
function developmentProblems(values: Values, given: Given): string[] {
  if (hasIdentityProvider(given)) return []
  const { HOST: host, OSA_PUBLIC_URL: publicUrl, OSA_TRUSTED_PROXIES: proxies = [] } = values
  const reachable = (host && !isLoopbackHost(host)) || (publicUrl && !isLoopbackHost(publicUrl.hostname))
  return [
    ...(reachable
      ? [
          `nobody could sign in: the development sign-in works only if HOST and OSA_PUBLIC_URL are loopback; ${waysToSignIn}`,
        ]
      : []),
    ...(proxies.length > 0
      ? [
          `OSA_TRUSTED_PROXIES must not be set while the development sign-in is on: anyone who came through the proxy could be an administrator; unset OSA_TRUSTED_PROXIES, or ${waysToSignIn}`,
        ]
      : []),
  ]
}

/** With lower values, people would be signed out all the time, or terminals would poll too often. */
const productionMinimums = {
  OSA_DEVICE_CODE_LIFETIME_SECONDS: 60,
  OSA_DEVICE_POLL_INTERVAL_SECONDS: 5,
  OSA_ACCESS_TOKEN_LIFETIME_SECONDS: 60,
  OSA_REFRESH_IDLE_SECONDS: 3_600,
  OSA_REFRESH_ABSOLUTE_SECONDS: 3_600,
} as const

function productionProblems(values: Values, given: Given): string[] {
  const { OSA_SECRET: secret, OSA_PUBLIC_URL: publicUrl } = values
  const problems: string[] = []
  if (!given.has('OSA_PUBLIC_URL'))
    problems.push('OSA_PUBLIC_URL must be set in production, as in https://archive.example')
  if (publicUrl && publicUrl.protocol !== 'https:') problems.push('OSA_PUBLIC_URL must be https in production')
  if (!given.has('OSA_SECRET'))
    problems.push('OSA_SECRET must be set in production: `openssl rand -base64 32 | tr +/ -_` makes one')
  if (secret && new Set(secret).size < 16)
    problems.push('OSA_SECRET is not random; `openssl rand -base64 32 | tr +/ -_` makes one')
  if (secret && sharedSecret(values, secret))
    problems.push('OSA_SECRET must not be the same as the client secret of an identity provider')
  if (typeof values.OSA_REMOTE_APPROVAL === 'object' && !given.has('OSA_TRUSTED_PROXIES')) {
    problems.push(
      "OSA_TRUSTED_PROXIES must be set in production when OSA_REMOTE_APPROVAL lists networks: otherwise every terminal appears to have the proxy's address",
    )
  }
  if (!hasIdentityProvider(given)) problems.push(`an identity provider is needed in production: ${waysToSignIn}`)
  for (const name of ['OSA_ORCID_ISSUER', 'OSA_OIDC_ISSUER'] as const) {
    if (values[name]?.startsWith('http:')) problems.push(`${name} must be https in production`)
  }
  if (values.OSA_OIDC_FORM_ACTION_ORIGINS?.some((origin) => origin.startsWith('http:'))) {
    problems.push('OSA_OIDC_FORM_ACTION_ORIGINS must be https in production')
  }
  for (const [name, minimum] of Object.entries(productionMinimums)) {
    const value = values[name as keyof typeof productionMinimums]
    if (value !== undefined && value < minimum) problems.push(`${name} must be at least ${minimum} in production`)
  }
  return problems
}

const sharedSecret = (values: Values, secret: Buffer): boolean =>
  [values.OSA_ORCID_CLIENT_SECRET, values.OSA_OIDC_CLIENT_SECRET].some(
    (other) =>
      other !== undefined && (secret.equals(Buffer.from(other, 'base64url')) || secret.equals(Buffer.from(other))),
  )
