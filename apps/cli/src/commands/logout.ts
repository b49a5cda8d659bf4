/** `osa logout`: ends the session at the server, then removes the login. If the server cannot be reached, removes the login and says so. */
import { logout as endLogin, isOsaError, OsaError } from '@osa/sdk/node'
import type { CommandContext, RunCommand } from '../command.ts'
import { chooseServer, namedServer } from '../server-resolution.ts'

interface LogoutResult {
  server: string
  removed: boolean
  revoked: boolean | 'skipped'
  reason?: string
  name?: string | undefined
}

/** The reason why the server could not be told, in one or two words. */
const reasonText = (error: OsaError): string => error.code.replaceAll('_', ' ')

/** Runs `work`; if the keychain cannot be used, throws an error that says so. The entry that points to the keychain then remains. */
async function whileInKeychain<T>(context: CommandContext, work: () => Promise<T>): Promise<T> {
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

async function logoutOf(context: CommandContext, server: string): Promise<LogoutResult> {
  const { network, allowHttp, signal, uninterrupted, flags } = context
  const isLocal = flags.isSet('local')
  const how = { network, allowHttp, signal, uninterrupted, isLocal }
  const { removed, revoked, failure, user } = await endLogin({ server, store: context.store(), ...how })
  const name = user?.display_name ?? user?.external_id
  if (revoked) return { server, removed, revoked, name }
  if (failure) return { server, removed, revoked: false, reason: reasonText(failure), name }
  const reason = !removed ? 'not logged in' : isLocal ? '--local' : 'no refresh token'
  return { server, removed, revoked: 'skipped', reason, name }
}

function report({ io }: CommandContext, result: LogoutResult): void {
  if (!result.removed) {
    io.say(`Not logged in to ${result.server}; nothing to do`)
    return
  }
  if (result.revoked === true) io.ok(`Logged out of ${result.server}${result.name ? ` (${result.name})` : ''}`)
  else io.ok(`Forgot the login for ${result.server} on this computer`)
  if (result.revoked === false) {
    io.warn(`Couldn't tell the archive (${result.reason}); the session ends there by itself within 30 days`)
  }
}

/** Returns the servers to log out of; none if no login is stored and the command names no server. */
async function serversOf(context: CommandContext): Promise<string[]> {
  const { flags, store } = context
  if (flags.isSet('all')) {
    if (!namedServer(context)) return (await store().list()).map((login) => login.server)
    throw new OsaError('usage', "--all and an archive can't be used together", { hint: 'Use one of them' })
  }
  try {
    return [(await chooseServer(context, 'choose stored login')).url]
  } catch (error) {
    if (isOsaError(error, 'no_server') && (await store().list()).length === 0) return []
    throw error
  }
}

export const logout: RunCommand = async (context) => {
  const { io, env } = context
  // OSA_TOKEN must not influence which saved login to end. Object.create, because a copy would call the getter `cwd`.
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
      // The other logins are still ended.
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
