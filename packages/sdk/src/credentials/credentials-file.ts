/**
 * The format of `credentials.json`, shared with the original `osa`: an object keyed by server address. Unknown keys and entries survive every
 * rewrite, and a file that cannot be read is never replaced silently.
 */
import { OsaError } from '../errors.ts'
import { describeJsonProblem, parseJsonText } from '../json-text.ts'
import { type KeychainBinding, keychainBindings } from '../keychain/keychain.ts'
import { canonicalServerOrNull } from '../server-url.ts'

/** The file's top level. Its keys are not necessarily canonical addresses: use `findEntryKey` instead of indexing it. */
export type Entries = Record<string, unknown>

/** The person that a login belongs to, as saved in the file. */
export interface StoredUser {
  display_name: string | null
  external_id: string
}

/** One login with its secrets. Times are seconds since the epoch on the local clock. */
export interface Credential {
  readonly accessToken: string
  /** Null if the login cannot be renewed. */
  readonly refreshToken: string | null
  readonly expiresAt: number | null
  readonly obtainedAt: number | null
  readonly user: StoredUser | null
}

/** A saved login without its secrets. Times are seconds since the epoch on the local clock. */
export interface StoredLogin {
  readonly server: string
  readonly storage: 'file' | 'keychain'
  readonly expiresAt: number | null
  readonly obtainedAt: number | null
  /** Whether the login has a refresh token. */
  readonly isRenewable: boolean
  readonly user: StoredUser | null
}

type Fields = Record<string, unknown>

const asFields = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null

const asSeconds = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : null

/** Parses the file's bytes. Throws `malformed_credentials` if it cannot; the file then stays as it is (K20: never treat it as empty). */
export function parseCredentials(bytes: Uint8Array, path: string): Entries {
  const fail = (why: string): OsaError =>
    new OsaError('malformed_credentials', `${path} is not ${why}`, {
      path,
      details: ["It may hold logins for other archives, so osa won't change it."],
      hint: 'Repair it, or run osa login to start a new one (the old file is kept)',
    })
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw Object.assign(fail('valid UTF-8 text'), { cause: error })
  }
  const parsed = parseJsonText(text)
  if ('problem' in parsed) throw fail(`valid JSON (${describeJsonProblem(parsed.problem)})`)
  const entries = asFields(parsed.value)
  if (!entries) throw fail('a JSON object of archives')
  return entries
}

/** Formats entries as JSON with two spaces of indentation and a final newline. */
export const formatCredentials = (entries: Entries): string => `${JSON.stringify(entries, null, 2)}\n`

/**
 * Returns the key of a server's login: its canonical address, or another spelling of it, so that a session is never saved twice. Null if there
 * is none.
 */
export function findEntryKey(entries: Entries, server: string): string | null {
  if (Object.hasOwn(entries, server)) return server
  return Object.keys(entries).find((key) => canonicalServerOrNull(key) === server) ?? null
}

function readUser(value: unknown): StoredUser | null {
  const user = asFields(value)
  if (!user || typeof user.external_id !== 'string') return null
  return {
    external_id: user.external_id,
    display_name: typeof user.display_name === 'string' ? user.display_name : null,
  }
}

const isKeychainPointer = (entry: Fields): boolean => entry.storage === 'keychain' && entry.access_token === undefined

/**
 * Returns the binding that holds an entry's secrets; null if the entry itself holds them. An entry with an access token never counts as a
 * pointer: the original `osa` has logged in since.
 */
export function keychainOf(value: unknown): KeychainBinding | null {
  const entry = asFields(value)
  if (!entry || !isKeychainPointer(entry)) return null
  return keychainBindings.find((name) => name === entry.keychain) ?? 'keyring'
}

// The original's local archive saves this placeholder if there is no refresh token.
const isRefreshToken = (value: unknown): value is string =>
  typeof value === 'string' && !['', 'dev-no-refresh'].includes(value)

/** Returns the logins in the file, each server once, without entries that are not valid. */
export const listLogins = (entries: Entries): StoredLogin[] =>
  Object.entries(entries).flatMap(([key, value]) => {
    const server = /^https?:\/\//i.test(key) ? canonicalServerOrNull(key) : null
    const entry = asFields(value)
    if (!server || findEntryKey(entries, server) !== key) return []
    if (!entry || (typeof entry.access_token !== 'string' && !isKeychainPointer(entry))) return []
    const isInKeychain = isKeychainPointer(entry)
    return [
      {
        server,
        storage: isInKeychain ? ('keychain' as const) : ('file' as const),
        expiresAt: asSeconds(entry.expires_at),
        obtainedAt: asSeconds(entry.obtained_at),
        isRenewable: isInKeychain ? entry.refreshable !== false : isRefreshToken(entry.refresh_token),
        user: readUser(entry.user),
      },
    ]
  })

/** Returns the `exp` of a JWT (RFC 7519 §4.1.4), for entries without an expiry. The signature is not verified. */
function jwtExpiry(token: string): number | null {
  try {
    const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Fields | null
    return asSeconds(payload?.exp)
  } catch {
    // Not a JWT: an opaque token does not reveal its lifetime.
    return null
  }
}

/** Returns the login in an entry. Throws `malformed_credentials` if it is not valid, which affects only this server. */
export function readCredential(value: unknown, context: { server: string; path: string }): Credential {
  const entry = asFields(value)
  const accessToken = entry?.access_token
  const refreshToken = entry?.refresh_token ?? null
  const isSound =
    typeof accessToken === 'string' &&
    /^[\x21-\x7e]+$/.test(accessToken) &&
    (refreshToken === null || typeof refreshToken === 'string')
  if (!entry || !isSound) {
    throw new OsaError('malformed_credentials', `The login for ${context.server} in ${context.path} can't be read`, {
      ...context,
      hint: `Run osa login ${context.server} to replace it`,
    })
  }
  return {
    accessToken,
    refreshToken: isRefreshToken(refreshToken) ? refreshToken : null,
    expiresAt: asSeconds(entry.expires_at) ?? jwtExpiry(accessToken),
    obtainedAt: asSeconds(entry.obtained_at),
    user: readUser(entry.user),
  }
}

const knownKeys = [
  ...['access_token', 'refresh_token', 'expires_at', 'obtained_at', 'user'],
  ...['storage', 'keychain', 'refreshable'],
]

function withEntry(entries: Entries, server: string, entry: Fields): Entries {
  const key = findEntryKey(entries, server) ?? server
  const foreign = Object.entries(asFields(entries[key]) ?? {}).filter(([name]) => !knownKeys.includes(name))
  return { ...entries, [key]: { ...entry, ...Object.fromEntries(foreign) } }
}

const timesAndUser = (credential: Credential): Fields => ({
  ...(credential.expiresAt === null ? {} : { expires_at: credential.expiresAt }),
  ...(credential.obtainedAt === null ? {} : { obtained_at: credential.obtainedAt }),
  ...(credential.user === null ? {} : { user: credential.user }),
})

/** Returns `entries` with a login added or replaced, and everything else unchanged. */
export const withCredential = (entries: Entries, server: string, credential: Credential): Entries =>
  withEntry(entries, server, {
    access_token: credential.accessToken,
    ...(credential.refreshToken === null ? {} : { refresh_token: credential.refreshToken }),
    ...timesAndUser(credential),
  })

/** Returns `entries` with a pointer to a login in a keychain. It has no secret, and the original `osa` does not mistake it for a login. */
export const withPointer = (
  entries: Entries,
  server: string,
  { credential, binding }: { credential: Credential; binding: KeychainBinding },
): Entries =>
  withEntry(entries, server, {
    storage: 'keychain',
    keychain: binding,
    ...(credential.refreshToken === null ? { refreshable: false } : {}),
    ...timesAndUser(credential),
  })

/** Returns `entries` without a server's login, under any spelling of its address. */
export const withoutCredential = (entries: Entries, server: string): Entries =>
  Object.fromEntries(Object.entries(entries).filter(([key]) => canonicalServerOrNull(key) !== server && key !== server))
