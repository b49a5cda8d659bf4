/** `osa whoami`: prints who is signed in to one server. */
import { cleanText, isOsaError, OsaError, type StoredLogin } from '@osa/sdk/node'
import type { CommandContext, RunCommand } from '../command.ts'
import { personLabel } from '../labels.ts'
import { chooseServer, type ResolvedServer, serverJson, sourceNote } from '../server-resolution.ts'
import { storageDocument, storageLabel } from '../storage.ts'
import { agoText } from '../time-text.ts'
import { environmentToken, notLoggedIn } from '../token-resolution.ts'

interface Known {
  user: { id: string; display_name: string | null; provider: string; external_id: string; roles: string[] }
  source: 'OSA_TOKEN' | 'stored login'
  verified: boolean
}

async function storedLogin(context: CommandContext, server: ResolvedServer): Promise<StoredLogin> {
  const login = (await context.store().list()).find((one) => one.server === server.url)
  if (!login) throw notLoggedIn(context, server)
  return login
}

async function offline(context: CommandContext, server: ResolvedServer): Promise<Known> {
  if (environmentToken(context)) {
    throw new OsaError('usage', 'Only the archive can tell who OSA_TOKEN belongs to', { hint: 'Leave out --offline' })
  }
  const { user } = server.login ?? (await storedLogin(context, server))
  return {
    user: {
      id: '',
      provider: '',
      roles: [],
      display_name: user?.display_name ?? null,
      external_id: user?.external_id ?? '',
    },
    source: 'stored login',
    verified: false,
  }
}

/** Adds the person of the saved login to a network error. */
async function withLastKnown(context: CommandContext, server: ResolvedServer, error: unknown): Promise<unknown> {
  const isNetwork = isOsaError(error, 'dns', 'connection_refused', 'connection_failed', 'timeout', 'tls', 'proxy')
  if (!isNetwork || environmentToken(context)) return error
  const login = (await context.store().list()).find((one) => one.server === server.url)
  if (!login?.user) return error
  const name = login.user.display_name ?? login.user.external_id
  const checked = login.obtainedAt ? ` (checked ${agoText(context.clock.now() / 1000 - login.obtainedAt)})` : ''
  const { code, message, hint, retryable } = error
  const details = [...error.details, `Last known: ${cleanText(name)}${checked}`]
  return new OsaError(code, message, { details, hint, retryable, server: server.url, cause: error })
}

async function online(context: CommandContext, server: ResolvedServer): Promise<Known> {
  // Imported here, because --offline does not need it.
  const { currentAccount } = await import('../account.ts')
  try {
    return { ...(await currentAccount(context, server)), verified: true }
  } catch (error) {
    throw await withLastKnown(context, server, error)
  }
}

async function authDocument(context: CommandContext, server: ResolvedServer, known: Known) {
  if (known.source === 'OSA_TOKEN') {
    return { source: known.source, storage: { kind: 'env' }, access_expires_at: null, refreshable: false }
  }
  const login = await storedLogin(context, server)
  // For a login in a keychain the index is enough: --offline must not open the keychain.
  const credential = login.storage === 'file' ? await context.store().read(server.url) : null
  const expiresAt = credential?.expiresAt ?? login.expiresAt
  return {
    source: known.source,
    storage: storageDocument(context, login.storage),
    access_expires_at: expiresAt === null ? null : new Date(expiresAt * 1000).toISOString(),
    refreshable: login.isRenewable,
  }
}

export const whoami: RunCommand = async (context) => {
  const { io, flags } = context
  const server = await chooseServer(context, 'only stored login')
  const known = flags.isSet('offline') ? await offline(context, server) : await online(context, server)
  if (io.isJson) {
    const auth = await authDocument(context, server, known)
    io.json({ v: 1, ok: true, server: serverJson(server), user: known.user, auth, verified: known.verified })
    return
  }
  io.data(cleanText(personLabel(known.user)))
  if (!io.hasOnlooker) return
  const roles = known.user.roles.length > 0 ? ` · roles: ${known.user.roles.join(', ')}` : ''
  const isToken = known.source === 'OSA_TOKEN'
  const kept = isToken ? 'OSA_TOKEN' : storageLabel(context, (await storedLogin(context, server)).storage)
  io.say(`${server.url}${sourceNote(server)}${roles} · ${kept}`)
}
