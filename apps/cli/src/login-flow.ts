/** One login, from the first check to the saved pair. Nothing is sent before it is clear that a login can be saved. */
import { hostname } from 'node:os'
import {
  type Credential,
  fetchUser,
  isOsaError,
  notAuthenticated,
  OsaError,
  revokeSession,
  type StorageChoice,
  type StorageTarget,
  startDeviceLogin,
  type Tokens,
  toCredential,
  type User,
} from '@osa/sdk/node'
import type { CommandContext } from './command.ts'
import { readStandardInput } from './io.ts'
import { type ResolvedServer, sourceNote } from './server-resolution.ts'
import { chooseAndAnnounce, storageDocument } from './storage.ts'
import { showVerification, waitWithCompany } from './verification.ts'
import { version } from './version.ts'

const lockTimeoutMs = 20_000

/** What a login came to. `reason`: why it is not in the keychain. */
export interface Kept {
  /** Null when the server could not say who it is just then. */
  user: User | null
  reason: string | null
}

const previousCredential = async (context: CommandContext, server: string): Promise<Credential | null> => {
  try {
    return await context.store().read(server)
  } catch (error) {
    // What cannot be read is about to be replaced; there is no token at hand to revoke.
    if (error instanceof OsaError && error.code !== 'aborted') return null
    throw error
  }
}

const runDeviceFlow = async (
  context: CommandContext,
  server: ResolvedServer,
  choice: StorageChoice,
): Promise<Tokens> => {
  const { io, http, clock, signal } = context
  const deviceName = `${hostname()} (osa ${version})`
  const login = await startDeviceLogin({ http, server: server.url, deviceName, now: clock.now, signal })
  if (io.isJson) {
    io.json({
      v: 1,
      event: 'verification',
      verification_uri: login.verificationUri,
      verification_uri_complete: login.verificationUriComplete,
      user_code: login.userCode,
      expires_at: new Date(login.expiresAtMs).toISOString(),
      interval: login.intervalSeconds,
      storage: storageDocument(context, choice.target.kind, choice.reason),
    })
  }
  await showVerification(context, login)
  return await waitWithCompany(context, login)
}

/** Best effort: a login that is replaced or could not be kept shall not live on at the server. */
const revokeQuietly = async (context: CommandContext, server: string, credential: Credential): Promise<void> => {
  if (!credential.refreshToken) return
  try {
    await revokeSession(context.http, { server, refreshToken: credential.refreshToken, timeoutMs: 10_000 })
  } catch (error) {
    if (!(error instanceof OsaError)) throw error
    context.io.warn(`Couldn't end the other session on ${server}; it ends by itself when it is not used`)
  }
}

/** A login to save, and where. */
interface Saving {
  credential: Credential
  target: StorageTarget
}

/** Does something alone with a server's login: a refresh going on elsewhere would overwrite it, or be overwritten. */
const aloneWith = async <T>(context: CommandContext, server: string, work: () => Promise<T>): Promise<T> => {
  const lock = await context.store().lockRefresh(server, { timeoutMs: lockTimeoutMs, signal: context.signal })
  try {
    return await work()
  } finally {
    await lock.release()
  }
}

const keep = (context: CommandContext, server: string, { credential, target }: Saving): Promise<void> =>
  aloneWith(context, server, async () => (await context.store().reserve(server, target)).commit(credential))

/** Saves where it was announced. A keychain that fails only now is no leave for a file: a person must say so (S5). */
const keepAsAgreed = async (context: CommandContext, server: string, saving: Saving): Promise<void> => {
  const { io, signal } = context
  const toFile = () => context.uninterrupted(() => keep(context, server, { ...saving, target: { kind: 'file' } }))
  if (saving.target.kind === 'file') return await toFile()
  try {
    // Not protected from Ctrl-C: the keychain may be waiting for a password.
    await keep(context, server, saving)
  } catch (error) {
    if (!isOsaError(error, 'store_locked', 'store_unavailable') || !io.canAsk) throw error
    io.warn(error.message)
    if (!(await io.confirm('Save to a file only you can read instead?', { assume: true, signal }))) throw error
    await toFile()
  }
}

/** Saves the login and ends the one it replaces. */
const save = async (context: CommandContext, server: string, saving: Saving): Promise<void> => {
  const { credential } = saving
  const replaced = await previousCredential(context, server)
  await keepAsAgreed(context, server, saving)
  if (replaced && replaced.refreshToken !== credential.refreshToken) {
    await context.uninterrupted(() => revokeQuietly(context, server, replaced))
  }
  const [before, after] = [replaced?.user, credential.user]
  if (before && after && before.external_id !== after.external_id) {
    const name = (user: { display_name: string | null; external_id: string }) => user.display_name ?? user.external_id
    context.io.warn(`Replaced the login of ${name(before)} with ${name(after)} on ${server}`)
  }
}

/** Moves a saved login to where `--storage` says; answers what kind of place that is. */
export const moveLogin = async (context: CommandContext, server: string): Promise<StorageTarget['kind']> => {
  const { target } = await chooseAndAnnounce(context)
  const store = context.store()
  await aloneWith(context, server, async () => {
    // Read under the lock: a pair that was read before may be used up by now.
    const credential = await store.read(server)
    if (!credential) throw notAuthenticated(server)
    await (await store.reserve(server, target)).commit(credential)
  })
  return target.kind
}

/** Who the new token belongs to. A server that just then cannot say does not cost the login. */
const newUser = async (context: CommandContext, server: string, accessToken: string): Promise<User | null> => {
  try {
    const asked = await fetchUser(context.http, { server, accessToken, signal: context.signal })
    if ('user' in asked) return asked.user
  } catch (error) {
    if (!(error instanceof OsaError) || !error.retryable) throw error
    context.io.warn(`Couldn't ask the server who you are (${error.message})`)
    return null
  }
  throw new OsaError('token_rejected', `${server} refuses the token it has just given`, {
    server,
    hint: "Tell the archive's administrator",
  })
}

/** A device login from the first check to the saved pair; what cannot be saved is revoked. */
export const freshLogin = async (context: CommandContext, server: ResolvedServer): Promise<Kept> => {
  const { io, store } = context
  io.say(`Signing in to ${server.url}${sourceNote(server)}`)
  const choice = await chooseAndAnnounce(context)
  // Proves before any browser opens that there is a place to save in.
  await (await store().reserve(server.url, choice.target)).abandon()
  const tokens = await runDeviceFlow(context, server, choice)
  const unnamed = toCredential(tokens, null, context.clock.now())
  try {
    const user = await newUser(context, server.url, tokens.accessToken)
    const stored = user && { display_name: user.display_name, external_id: user.external_id }
    await save(context, server.url, { credential: { ...unnamed, user: stored }, target: choice.target })
    return { user, reason: choice.reason }
  } catch (error) {
    if (isOsaError(error)) await context.uninterrupted(() => revokeQuietly(context, server.url, unnamed))
    throw error
  }
}

/** `--token-stdin`: keeps a token made elsewhere, if the server knows it. */
export const loginWithToken = async (context: CommandContext, server: ResolvedServer): Promise<Kept> => {
  const accessToken = (await readStandardInput(context.signal)).replace(/\r?\n$/, '')
  if (!/^[\x21-\x7e]+$/.test(accessToken)) {
    throw new OsaError('token_malformed', 'What came on standard input is not a token', {
      hint: 'Pipe in the token alone',
    })
  }
  const { target, reason } = await chooseAndAnnounce(context)
  const asked = await fetchUser(context.http, { server: server.url, accessToken, signal: context.signal })
  if ('rejected' in asked) {
    throw new OsaError('token_rejected', `The server refused the token (${asked.rejected})`, {
      server: server.url,
      status: 401,
    })
  }
  const { display_name, external_id } = asked.user
  const obtainedAt = Math.floor(context.clock.now() / 1000)
  const credential = {
    accessToken,
    refreshToken: null,
    expiresAt: null,
    obtainedAt,
    user: { display_name, external_id },
  }
  await save(context, server.url, { credential, target })
  return { user: asked.user, reason }
}
