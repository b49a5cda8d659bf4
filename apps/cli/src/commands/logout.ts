/** `osa logout`: ends the session at the server, then forgets it here. Without the server it forgets all the same, and says so. */
import { type Credential, isOsaError, OsaError, revokeSession } from '@osa/sdk/node'
import type { Command, CommandContext } from '../command.ts'
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
    // An entry that cannot be read holds no token to revoke, and forgetting it is what was asked for.
    if (isOsaError(error, 'malformed_credentials') && error.server === server) return null
    throw error
  }
}

const revoke = async (context: CommandContext, server: string, credential: Credential | null) => {
  if (context.flags.isSet('local')) return { revoked: 'skipped' as const, reason: '--local' }
  if (!credential?.refreshToken) return { revoked: 'skipped' as const, reason: 'no refresh token' }
  try {
    await revokeSession(context.http, { server, refreshToken: credential.refreshToken, signal: context.signal })
    return { revoked: true as const }
  } catch (error) {
    if (!(error instanceof OsaError) || error.code === 'aborted') throw error
    return { revoked: false as const, reason: reasonText(error) }
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
    return [(await resolveServer(context, 'only stored login')).url]
  } catch (error) {
    if (isOsaError(error, 'no_server') && (await store().list()).length === 0) return []
    throw error
  }
}

export const logout: Command = {
  metadata: {
    name: 'logout',
    positionals: '[server]',
    summary: 'End your session and forget it on this computer',
    options: [
      { name: 'all', help: 'Log out of every archive' },
      { name: 'local', help: "Only forget it here, don't tell the server" },
    ],
    examples: ['logout', 'logout archive.example.org', 'logout --all'],
  },
  async run(context) {
    const { io, env } = context
    // A token in the environment has nothing to say about which saved login to end.
    const withoutToken = { ...context, env: { ...env, OSA_TOKEN: undefined } }
    const results: LogoutResult[] = []
    const servers = await serversOf(withoutToken)
    for (const server of servers) {
      const result = await logoutOf(context, server)
      report(context, result)
      results.push(result)
    }
    if (servers.length === 0) io.say('Not logged in anywhere; nothing to do')
    const env_token_still_set = Boolean(env.OSA_TOKEN)
    if (env_token_still_set) io.warn('OSA_TOKEN is still set in this shell and will still be used')
    if (io.isJson) {
      io.json({ v: 1, ok: true, results: results.map(({ name: _, ...shown }) => shown), env_token_still_set })
    }
  },
}
