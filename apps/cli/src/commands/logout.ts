/** `osa logout`: ends the session at the server, then forgets it here. Without the server it forgets all the same, and says so. */
import { type Credential, canonicalServer, isOsaError, OsaError, revokeSession } from '@osa/sdk/node'
import type { CommandContext, RunCommand } from '../command.ts'
import { explicitServer, resolveServer } from '../server-resolution.ts'

const lockTimeoutMs = 20_000

interface LogoutResult {
  server: string
  removed: boolean
  revoked: boolean | 'skipped'
  reason?: string
  name?: string | undefined
}

/** Why the server was not told, in a word or two. */
const reasonText = (error: OsaError): string => error.code.replaceAll('_', ' ')

const readOrNull = async (context: CommandContext, server: string): Promise<Credential | null> => {
  try {
    return await context.store().read(server)
  } catch (error) {
    // An entry that cannot be read, or whose secret is gone, has no token to revoke; forgetting it is what was asked for.
    if (isOsaError(error, 'malformed_credentials', 'not_authenticated') && error.server === server) return null
    throw error
  }
}

const revoke = async (context: CommandContext, server: string, credential: Credential | null) => {
  if (context.flags.isSet('local')) return { revoked: 'skipped' as const, reason: '--local' }
  if (!credential?.refreshToken) return { revoked: 'skipped' as const, reason: 'no refresh token' }
  try {
    canonicalServer(server, { allowHttp: context.allowHttp })
    await revokeSession(context.http, { server, refreshToken: credential.refreshToken, signal: context.signal })
    return { revoked: true as const }
  } catch (error) {
    if (!(error instanceof OsaError) || error.code === 'aborted') throw error
    return { revoked: false as const, reason: reasonText(error) }
  }
}

/** S17: as long as the keychain holds the login, the entry that points at it stays. */
const whileInKeychain = async <T>(context: CommandContext, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (!isOsaError(error, 'store_locked', 'store_unavailable')) throw error
    const how = error.code === 'store_locked' ? 'is locked' : "can't be used"
    throw new OsaError(error.code, `The ${context.store().keychainLabel} ${how}, so the login can't be removed`, {
      details: error.details,
      ...(error.server ? { server: error.server } : {}),
      hint: 'Unlock it and run osa logout again',
      cause: error,
    })
  }
}

/** One server's logout, alone with its login: a refresh going on elsewhere would leave a newer token behind. */
const logoutOf = async (context: CommandContext, server: string): Promise<LogoutResult> => {
  const store = context.store()
  const isKnown =
    (await readOrNull(context, server)) !== null || (await store.list()).some((one) => one.server === server)
  if (!isKnown) return { server, removed: await store.remove(server), revoked: 'skipped', reason: 'not logged in' }
  const lock = await store.lockRefresh(server, { timeoutMs: lockTimeoutMs, signal: context.signal })
  try {
    const credential = await readOrNull(context, server)
    const revoked = await revoke(context, server, credential)
    const removed = await context.uninterrupted(() => store.remove(server))
    return { server, removed, ...revoked, name: credential?.user?.display_name ?? credential?.user?.external_id }
  } finally {
    await lock.release()
  }
}

const report = ({ io }: CommandContext, result: LogoutResult): void => {
  if (!result.removed) {
    io.say(`Not logged in to ${result.server}; nothing to do`)
    return
  }
  if (result.revoked === true) io.ok(`Logged out of ${result.server}${result.name ? ` (${result.name})` : ''}`)
  else io.ok(`Forgot the login for ${result.server} on this computer`)
  if (result.revoked === false) {
    io.warn(`Couldn't tell the server (${result.reason}); the session ends there by itself within 30 days`)
  }
}

/** The servers to log out of; none when nothing is stored and nothing names one. */
const serversOf = async (context: CommandContext): Promise<string[]> => {
  const { flags, store } = context
  if (flags.isSet('all')) {
    if (!explicitServer(context)) return (await store().list()).map((login) => login.server)
    throw new OsaError('usage', '--all and a server are given together', { hint: 'Use one of them' })
  }
  try {
    return [(await resolveServer(context, 'choose stored login')).url]
  } catch (error) {
    if (isOsaError(error, 'no_server') && (await store().list()).length === 0) return []
    throw error
  }
}

export const logout: RunCommand = async (context) => {
  const { io, env } = context
  // A token in the environment has nothing to say about which saved login to end. Not a copy, which would ask for the folder.
  const withoutToken: CommandContext = Object.create(context, { env: { value: { ...env, OSA_TOKEN: undefined } } })
  const results: LogoutResult[] = []
  const servers = await serversOf(withoutToken)
  let locked: OsaError | null = null
  for (const server of servers) {
    try {
      const result = await whileInKeychain(context, () => logoutOf(context, server))
      report(context, result)
      results.push(result)
    } catch (error) {
      if (!isOsaError(error, 'store_locked', 'store_unavailable')) throw error
      // one that cannot be had now is no reason to stay logged in to the others
      locked ??= error
    }
  }
  if (locked) throw locked
  if (servers.length === 0) io.say('Not logged in anywhere; nothing to do')
  const env_token_still_set = Boolean(env.OSA_TOKEN)
  if (env_token_still_set) io.warn('OSA_TOKEN is still set in this shell and will still be used')
  if (io.isJson) {
    io.json({ v: 1, ok: true, results: results.map(({ name: _, ...shown }) => shown), env_token_still_set })
  }
}
