/** Every setting of a node: its name, format and default. Rules that involve several settings are in rules.ts. */
import { defaultBudgets, defaultPolicy, storedText } from '@osa/core'
import { z } from 'zod'
import { logLevels } from '../log.ts'
import { checkAccent } from '../profile/accent.ts'
import { defaultProfile } from '../profile/node-profile.ts'
import { parseCidr } from '../requester.ts'
import { databaseUrlHint, isDatabaseUrl } from './database-url.ts'
import { isLoopbackHost } from './loopback.ts'
import { parseRemoteApproval } from './remote-approval.ts'

const wholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .refine((text) => /^\d{1,10}$/.test(text) && Number(text) >= minimum && Number(text) <= maximum, {
      error: `must be a whole number from ${minimum} to ${maximum}`,
    })
    .transform(Number)

const port = wholeNumber(0, 65_535)
const day = 86_400

const address = (error: string, accepts: (url: URL) => boolean) =>
  z.string().refine((text) => URL.canParse(text) && accepts(new URL(text)), { error })

/** Accepts https, and http to this machine. */
const isPrivateInTransit = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname))

const isBareOrigin = (url: URL): boolean =>
  url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === ''

const issuer = address('must be an https address without query or fragment (http only on loopback)', (url) => {
  return isPrivateInTransit(url) && url.search === '' && url.hash === '' && url.username === '' && url.password === ''
})

function isOrigin(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && isPrivateInTransit(url) && url.origin === text && !/[;,\s'"*]/.test(text)
}

const commaSeparated = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')

const maxOrigins = 20

/** Each entry goes into a Content-Security-Policy, so it must be exactly a serialized origin. */
const origins = z
  .string()
  .transform(commaSeparated)
  .refine((entries) => entries.length <= maxOrigins && entries.every(isOrigin), {
    error: `must list at most ${maxOrigins} bare https origins, as in https://login.university.example (http only on loopback)`,
  })

/** Scope tokens of RFC 6749 §3.3. Without `openid`, a provider issues no ID token. */
const oidcScope = z
  .string()
  .refine(
    (text) => /^[!#-[\]-~]+( [!#-[\]-~]+)*$/.test(text) && text.split(' ').includes('openid') && text.length <= 500,
    {
      error: 'must list scopes separated by single spaces, including openid, as in `openid profile`',
    },
  )

const admins = z
  .string()
  .transform(commaSeparated)
  .refine((entries) => entries.every((entry) => /^https?:\/\/[^#\s]+#[^#\s]+$/.test(entry)), {
    error: 'must list issuer#subject pairs, as in https://orcid.org#0000-0002-1825-0097',
  })
  .transform((entries) =>
    entries.map((entry) => {
      const [issuer = '', subject = ''] = entry.split('#')
      return { issuer, subject }
    }),
  )

const trustedProxies = z
  .string()
  .transform(commaSeparated)
  .refine((entries) => entries.every((entry) => parseCidr(entry) !== null), {
    error: 'must list addresses or CIDRs, separated by commas, as in 10.0.0.0/8, 2001:db8::/32',
  })
  .transform((entries) => entries.map(parseCidr).filter((cidr) => cidr !== null))

const remoteApproval = z
  .string()
  .refine((text) => parseRemoteApproval(text) !== null, {
    error: 'must be allow, typed, never, or networks: followed by CIDRs, as in networks:10.0.0.0/8,2001:db8::/32',
  })
  .transform((text) => parseRemoteApproval(text) ?? 'never')

/** A port alone listens on loopback; `host:port` listens on that host. */
const adminListener = z
  .string()
  .refine((text) => /^(.+:)?\d{1,5}$/.test(text) && Number(/\d+$/.exec(text)?.[0]) <= 65_535, {
    error: 'must be a port, or host:port to listen beyond loopback',
  })
  .transform((text) => {
    const [, host = '127.0.0.1', digits] = /^(?:(.+):)?(\d+)$/.exec(text) ?? []
    return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(digits) }
  })

/** One line of text chosen by the operator, without characters that pages or terminals cannot show. */
const words = (maxLength: number) =>
  z
    .string()
    .transform((text) => text.trim())
    .refine((text) => text.length > 0 && storedText(text, maxLength) === text, {
      error: `must be one line of at most ${maxLength} printable characters`,
    })

/** The operator's contact as a link: `mailto:` or `https:`. */
const contact = z
  .string()
  .transform((text) => (/^[^\s@:/]+@[^\s@:/]+$/.test(text) ? `mailto:${text}` : text))
  .refine(
    (text) =>
      text.length <= 200 && /^(?:mailto:[\w.+-]+@[\w.-]+|https:\/\/[^\s"'<>\\]+)$/.test(text) && URL.canParse(text),
    {
      error: 'must be an e-mail address or an https address of at most 200 characters',
    },
  )

const accent = z.string().transform((colour, context) => {
  const checked = checkAccent(colour)
  if ('accent' in checked) return checked.accent
  context.addIssue({ code: 'custom', message: checked.problem })
  return z.NEVER
})

const secret = z
  .string()
  .refine((text) => /^[\w-]+={0,2}$/.test(text) && Buffer.from(text, 'base64url').length >= 32, {
    error: 'must be 32 or more random bytes in base64url; `openssl rand -base64 32 | tr +/ -_` makes one',
  })
  .transform((text) => Buffer.from(text, 'base64url'))

export const settings = {
  NODE_ENV: z.string().optional(),
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(8000),
  OSA_PUBLIC_URL: address(
    'must be a bare https origin, as in https://archive.example (http only on loopback)',
    (url) => {
      return isPrivateInTransit(url) && isBareOrigin(url)
    },
  )
    .transform((text) => new URL(text))
    .optional(),
  DATABASE_URL: z.string().refine(isDatabaseUrl, { error: databaseUrlHint }).optional(),
  OSA_NODE_NAME: words(60).default(defaultProfile.name),
  OSA_NODE_DESCRIPTION: words(160).optional(),
  OSA_NODE_LOGO_FILE: z.string().optional(),
  OSA_NODE_CONTACT: contact.optional(),
  OSA_NODE_ACCENT: accent.optional(),
  OSA_DATA_DIR: z.string().default('./.osa-data'),
  OSA_SECRET: secret.optional(),
  OSA_ORCID_CLIENT_ID: z.string().optional(),
  OSA_ORCID_CLIENT_SECRET: z.string().optional(),
  OSA_ORCID_ISSUER: issuer.optional(),
  OSA_OIDC_ISSUER: issuer.optional(),
  OSA_OIDC_CLIENT_ID: z.string().optional(),
  OSA_OIDC_CLIENT_SECRET: z.string().optional(),
  OSA_OIDC_NAME: z.string().max(40, { error: 'must have at most 40 characters' }).optional(),
  OSA_OIDC_SCOPE: oidcScope.optional(),
  OSA_OIDC_FORM_ACTION_ORIGINS: origins.default([]),
  OSA_ADMINS: admins.default([]),
  OSA_CLIENTS_FILE: z.string().optional(),
  OSA_TRUSTED_PROXIES: trustedProxies.default([]),
  OSA_REMOTE_APPROVAL: remoteApproval.default('typed'),
  OSA_DEVICE_CODE_LIFETIME_SECONDS: wholeNumber(1, 900).default(600),
  OSA_DEVICE_POLL_INTERVAL_SECONDS: wholeNumber(1, 60).default(5),
  OSA_ACCESS_TOKEN_LIFETIME_SECONDS: wholeNumber(1, 3_600).default(900),
  OSA_REFRESH_IDLE_SECONDS: wholeNumber(1, 90 * day).default(30 * day),
  OSA_REFRESH_ABSOLUTE_SECONDS: wholeNumber(1, 90 * day).default(90 * day),
  OSA_REFRESH_REUSE_GRACE_SECONDS: wholeNumber(0, 30).default(30),
  // at least twice the limit of a single source; at most 20,000, since the price of a wrong code grows with the number of pending codes
  OSA_MAX_PENDING_CODES: wholeNumber(2 * defaultPolicy.maxPendingBySource, 20_000).default(
    defaultPolicy.maxPendingInAll,
  ),
  OSA_MAX_STARTS_PER_MINUTE: wholeNumber(100, 1_000_000).default(defaultBudgets.start_in_all.points),
  OSA_MAX_SIGN_INS_PER_MINUTE: wholeNumber(2 * defaultBudgets.sign_in_by_source.points, 100_000).default(
    defaultBudgets.sign_in_in_all.points,
  ),
  // each waiting terminal holds one of the 2,000 connections of a process
  OSA_MAX_WAITING_TERMINALS: wholeNumber(1, 1_500).default(defaultPolicy.maxWatchesInAll),
  OSA_DRAIN_SECONDS: wholeNumber(0, 30).default(0),
  OSA_AUDIT_RETENTION_DAYS: wholeNumber(1, 3_650).default(90),
  OSA_SIGNING_ALG: z.enum(['ES256', 'EdDSA', 'RS256'], { error: 'must be ES256, EdDSA or RS256' }).default('ES256'),
  OSA_ADMIN_PORT: adminListener.optional(),
  OSA_LOG_LEVEL: z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` }).default('info'),
} as const

type Schemas = typeof settings
/** The parsed settings; an invalid one is missing. */
export type Values = { [Name in keyof Schemas]?: z.output<Schemas[Name]> | undefined }

/** Names of the settings that were given, valid or not, so that an invalid setting is not also reported as missing. */
export type Given = ReadonlySet<string>

/** Reads every setting; an empty value counts as unset. Problems never quote a value, since it may be a secret. */
export function readSettings(env: NodeJS.ProcessEnv): { values: Values; given: Given; problems: string[] } {
  const problems: string[] = []
  const read = Object.entries(settings).map(([name, schema]) => {
    const result = schema.safeParse(env[name] || undefined)
    if (!result.success) problems.push(`${name} ${result.error.issues[0]?.message ?? 'is not valid'}`)
    return [name, result.data]
  })
  const given = new Set(Object.keys(settings).filter((name) => env[name]))
  return { values: Object.fromEntries(read), given, problems }
}
