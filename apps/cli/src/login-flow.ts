/** One login, from the first check to the saved pair. Nothing is sent before it is clear that a login can be saved. */
import { hostname } from 'node:os'
import {
  type Credential,
  fetchUser,
  isOsaError,
  OsaError,
  revokeSession,
  startDeviceLogin,
  type Tokens,
  toCredential,
  type User,
} from '@osa/sdk/node'
import type { CommandContext } from './command.ts'
import { readStandardInput } from './io.ts'
import type { ResolvedServer } from './server-resolution.ts'
import { showVerification, waitWithCompany } from './verification.ts'
import { version } from './version.ts'

const previousCredential = async (context: CommandContext, server: string): Promise<Credential | null> => {
  try {
    return await context.store().read(server)
  } catch (error) {
    // What cannot be read is about to be replaced; there is no token in it to revoke.
    if (error instanceof OsaError) return null
    throw error
  }
}

/** Where the login is kept, as `--json` shows it. */
export const storageDocument = (context: CommandContext) => ({ kind: 'file', path: context.store().path })

const runDeviceFlow = async (context: CommandContext, server: ResolvedServer): Promise<Tokens> => {
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
      storage: storageDocument(context),
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

/** Saves the login and ends the one it replaces; what cannot be saved is revoked. */
const save = async (context: CommandContext, server: string, credential: Credential): Promise<void> => {
  const replaced = await previousCredential(context, server)
  await context.uninterrupted(async () => {
    try {
      const reservation = await context.store().reserve(server)
      await reservation.commit(credential)
    } catch (error) {
      await revokeQuietly(context, server, credential)
      throw error
    }
    if (replaced && replaced.refreshToken !== credential.refreshToken) await revokeQuietly(context, server, replaced)
  })
  const [before, after] = [replaced?.user, credential.user]
  if (before && after && before.external_id !== after.external_id) {
    const name = (user: { display_name: string | null; external_id: string }) => user.display_name ?? user.external_id
    context.io.warn(`Replaced the login of ${name(before)} with ${name(after)} on ${server}`)
  }
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

/** A device login from the first check to the saved pair. Answers the person, null when the server could not say just then. */
export const freshLogin = async (context: CommandContext, server: ResolvedServer): Promise<User | null> => {
  const { io, store } = context
  io.say(`Signing in to ${server.url}`)
  io.say(`Credentials will be saved in ${store().path} (only you can read it)`)
  // Proves before any browser opens that there is a place to save in.
  await (await store().reserve(server.url)).abandon()
  const tokens = await runDeviceFlow(context, server)
  const unnamed = toCredential(tokens, null, context.clock.now())
  try {
    const user = await newUser(context, server.url, tokens.accessToken)
    const stored = user && { display_name: user.display_name, external_id: user.external_id }
    await save(context, server.url, { ...unnamed, user: stored })
    return user
  } catch (error) {
    if (isOsaError(error) && !error.code.startsWith('store_')) await revokeQuietly(context, server.url, unnamed)
    throw error
  }
}

/** `--token-stdin`: keeps a token made elsewhere, if the server knows it. */
export const loginWithToken = async (context: CommandContext, server: ResolvedServer): Promise<User> => {
  const accessToken = (await readStandardInput(context.signal)).replace(/\r?\n$/, '')
  if (!/^[\x21-\x7e]+$/.test(accessToken)) {
    throw new OsaError('token_malformed', 'What came on standard input is not a token', {
      hint: 'Pipe in the token alone',
    })
  }
  const asked = await fetchUser(context.http, { server: server.url, accessToken, signal: context.signal })
  if ('rejected' in asked) {
    throw new OsaError('token_rejected', `The server refused the token (${asked.rejected})`, {
      server: server.url,
      status: 401,
    })
  }
  const { display_name, external_id } = asked.user
  const obtainedAt = Math.floor(context.clock.now() / 1000)
  const user = { display_name, external_id }
  await save(context, server.url, { accessToken, refreshToken: null, expiresAt: null, obtainedAt, user })
  return asked.user
}
