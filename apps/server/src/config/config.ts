/** Parses the environment into one typed value at startup. Either every setting is valid, or all problems are reported together. */
import { readFileSync } from 'node:fs'
import { type AuthPolicy, type Budgets, builtInClients, type Client, defaultBudgets } from '@osa/core'
import type { IdentitySettings } from '../identity/providers.ts'
import type { LogLevel } from '../log.ts'
import { checkLogo } from '../profile/logo.ts'
import type { NodeProfile } from '../profile/node-profile.ts'
import type { Cidr } from '../requester.ts'
import { parseClientsFile } from './clients-file.ts'
import type { RemoteApprovalSetting } from './remote-approval.ts'
import { hasIdentityProvider, isProduction, ruleProblems } from './rules.ts'
import { type Given, readSettings, type Values } from './settings.ts'
import { adminWarnings, modeWarnings, proxyWarnings, unknownSettings } from './warnings.ts'

export type Lifetimes = Pick<
  AuthPolicy,
  | 'deviceCodeLifetimeSeconds'
  | 'devicePollIntervalSeconds'
  | 'accessTokenLifetimeSeconds'
  | 'refreshIdleSeconds'
  | 'refreshAbsoluteSeconds'
  | 'refreshReuseGraceSeconds'
  | 'signingAlgorithm'
>

export interface Config {
  readonly production: boolean
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  /** Null means `http://localhost:<port>`; the port is known only once the node listens. */
  readonly publicUrl: URL | null
  readonly database: { readonly databaseUrl: string } | { readonly dataDirectory: string }
  readonly dataDirectory: string
  /** Null outside production when `OSA_SECRET` is unset: the node then generates a secret and keeps it in the data directory. */
  readonly secret: Uint8Array | null
  readonly profile: NodeProfile
  readonly identity: IdentitySettings
  readonly admins: readonly { issuer: string; subject: string }[]
  readonly clients: ReadonlyMap<string, Client>
  readonly trustedProxies: readonly Cidr[]
  readonly lifetimes: Lifetimes
  readonly remoteApproval: RemoteApprovalSetting
  /** Limits over all sources together; `budgets` has the others. */
  readonly caps: Pick<AuthPolicy, 'maxPendingInAll' | 'maxWatchesInAll'>
  readonly budgets: Budgets
  /** How long a stopping node keeps answering after `/readyz` has switched to 503. */
  readonly drainSeconds: number
  /** How long audit events are kept. */
  readonly auditRetentionDays: number
  readonly adminListener: { readonly host: string; readonly port: number } | null
  readonly logLevel: LogLevel
}

export type ParsedConfig =
  | { ok: true; config: Config; warnings: string[] }
  | { ok: false; problems: string[]; warnings: string[] }

/** Parses the environment. `readText` reads the clients file and the logo, and throws if it cannot. */
export function parseConfig(
  env: NodeJS.ProcessEnv,
  readText: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): ParsedConfig {
  const { values, given, problems: malformed } = readSettings(env)
  const registered = readClients(values.OSA_CLIENTS_FILE, readText)
  const logo = readLogo(values.OSA_NODE_LOGO_FILE, readText)
  const problems = [
    ...malformed,
    ...ruleProblems(values, given),
    ...('problems' in registered ? registered.problems : []),
    ...('problems' in logo ? logo.problems : []),
  ]
  const warnings = [...unknownSettings(env), ...modeWarnings(values), ...proxyWarnings(values)]
  if (problems.length > 0 || 'problems' in registered || 'problems' in logo) return { ok: false, problems, warnings }
  const config = build(values, given, { clients: registered.clients, logo: logo.text })
  return { ok: true, config, warnings: [...warnings, ...adminWarnings(config)] }
}

/** Unwraps a setting that has a default: once there are no problems, it always has a value. */
function need<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('a setting with a default is missing')
  return value
}

const build = (values: Values, given: Given, files: { clients: readonly Client[]; logo: string | null }): Config => ({
  production: isProduction(values),
  host: need(values.HOST),
  port: need(values.PORT),
  publicUrl: values.OSA_PUBLIC_URL ?? null,
  database:
    values.DATABASE_URL === undefined
      ? { dataDirectory: need(values.OSA_DATA_DIR) }
      : { databaseUrl: values.DATABASE_URL },
  dataDirectory: need(values.OSA_DATA_DIR),
  secret: values.OSA_SECRET ?? null,
  profile: {
    name: need(values.OSA_NODE_NAME),
    description: values.OSA_NODE_DESCRIPTION ?? null,
    logo: files.logo,
    contact: values.OSA_NODE_CONTACT ?? null,
    accent: values.OSA_NODE_ACCENT ?? null,
  },
  identity: identityOf(values, given),
  admins: need(values.OSA_ADMINS),
  clients: new Map([...builtInClients, ...files.clients].map((client) => [client.clientId, client])),
  trustedProxies: need(values.OSA_TRUSTED_PROXIES),
  lifetimes: {
    deviceCodeLifetimeSeconds: need(values.OSA_DEVICE_CODE_LIFETIME_SECONDS),
    devicePollIntervalSeconds: need(values.OSA_DEVICE_POLL_INTERVAL_SECONDS),
    accessTokenLifetimeSeconds: need(values.OSA_ACCESS_TOKEN_LIFETIME_SECONDS),
    refreshIdleSeconds: need(values.OSA_REFRESH_IDLE_SECONDS),
    refreshAbsoluteSeconds: need(values.OSA_REFRESH_ABSOLUTE_SECONDS),
    refreshReuseGraceSeconds: need(values.OSA_REFRESH_REUSE_GRACE_SECONDS),
    signingAlgorithm: need(values.OSA_SIGNING_ALG),
  },
  remoteApproval: need(values.OSA_REMOTE_APPROVAL),
  caps: {
    maxPendingInAll: need(values.OSA_MAX_PENDING_CODES),
    maxWatchesInAll: need(values.OSA_MAX_WAITING_TERMINALS),
  },
  budgets: {
    ...defaultBudgets,
    start_in_all: { ...defaultBudgets.start_in_all, points: need(values.OSA_MAX_STARTS_PER_MINUTE) },
    sign_in_in_all: { ...defaultBudgets.sign_in_in_all, points: need(values.OSA_MAX_SIGN_INS_PER_MINUTE) },
  },
  drainSeconds: need(values.OSA_DRAIN_SECONDS),
  auditRetentionDays: need(values.OSA_AUDIT_RETENTION_DAYS),
  adminListener: values.OSA_ADMIN_PORT ?? null,
  logLevel: need(values.OSA_LOG_LEVEL),
})

function identityOf(values: Values, given: Given): IdentitySettings {
  const { OSA_ORCID_CLIENT_ID, OSA_ORCID_CLIENT_SECRET, OSA_ORCID_ISSUER: orcidIssuer = 'https://orcid.org' } = values
  const { OSA_OIDC_ISSUER, OSA_OIDC_CLIENT_ID, OSA_OIDC_CLIENT_SECRET, OSA_OIDC_NAME } = values
  return {
    ...(OSA_ORCID_CLIENT_ID && OSA_ORCID_CLIENT_SECRET
      ? { orcid: { clientId: OSA_ORCID_CLIENT_ID, clientSecret: OSA_ORCID_CLIENT_SECRET, issuer: orcidIssuer } }
      : {}),
    ...(OSA_OIDC_ISSUER && OSA_OIDC_CLIENT_ID && OSA_OIDC_CLIENT_SECRET
      ? {
          oidc: {
            issuer: OSA_OIDC_ISSUER,
            clientId: OSA_OIDC_CLIENT_ID,
            clientSecret: OSA_OIDC_CLIENT_SECRET,
            name: OSA_OIDC_NAME ?? new URL(OSA_OIDC_ISSUER).host,
            scope: values.OSA_OIDC_SCOPE,
            formActionOrigins: values.OSA_OIDC_FORM_ACTION_ORIGINS ?? [],
          },
        }
      : {}),
    development: !hasIdentityProvider(given),
  }
}

/** Reads the file that a setting names. Returns a problem if it cannot be read: no such file, no permission. */
function readFile(
  name: keyof Values,
  path: string,
  readText: (path: string) => string,
): { text: string } | { problems: string[] } {
  try {
    return { text: readText(path) }
  } catch (error) {
    return { problems: [`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`] }
  }
}

function readLogo(
  path: string | undefined,
  readText: (path: string) => string,
): { text: string | null } | { problems: string[] } {
  if (path === undefined) return { text: null }
  const file = readFile('OSA_NODE_LOGO_FILE', path, readText)
  if ('problems' in file) return file
  const problem = checkLogo(file.text)
  return problem === null ? file : { problems: [`OSA_NODE_LOGO_FILE: the logo ${problem}`] }
}

function readClients(
  path: string | undefined,
  readText: (path: string) => string,
): { clients: Client[] } | { problems: string[] } {
  if (path === undefined) return { clients: [] }
  const file = readFile('OSA_CLIENTS_FILE', path, readText)
  if ('problems' in file) return file
  const parsed = parseClientsFile(file.text, new Set(builtInClients.map(({ clientId }) => clientId)))
  return 'clients' in parsed ? parsed : { problems: parsed.problems.map((problem) => `OSA_CLIENTS_FILE: ${problem}`) }
}
