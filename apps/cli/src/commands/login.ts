/** `osa login`: whether to log in at all, and where; the login itself is in login-flow.ts. */
import { isOsaError, OsaError, type User } from '@osa/sdk/node'
import { type Account, personLabel, storedAccount } from '../account.ts'
import type { Command, CommandContext } from '../command.ts'
import { linkAfterLogin } from '../folder-link.ts'
import { freshLogin, loginWithToken, storageDocument } from '../login-flow.ts'
import { agreeToFirstContact, type ResolvedServer, resolveServer, serverDocument } from '../server-resolution.ts'

const storages = ['auto', 'keychain', 'file']

const refuseInCi = ({ isCi, env, flags }: CommandContext): void => {
  if (!isCi || flags.isSet('device') || flags.isSet('token-stdin')) return
  throw new OsaError('needs_person', `osa login needs a person to approve it, and this is CI (CI=${env.CI})`, {
    hint: 'Set OSA_TOKEN and OSA_SERVER in this job; no login is needed',
    details: ['To approve from another device anyway: osa login --device'],
  })
}

const checkStorage = ({ flags, env }: CommandContext): void => {
  const wanted = flags.value('storage') ?? (env.OSA_CREDENTIAL_STORE || 'auto')
  if (!storages.includes(wanted)) {
    throw new OsaError('usage', `"${wanted}" is not a place to store logins`, { hint: 'Use auto, keychain or file' })
  }
  if (wanted === 'keychain') {
    throw new OsaError('store_unavailable', "The system keychain can't be used: this osa does not support it yet", {
      hint: 'Use --storage file',
    })
  }
}

const warnOfToken = ({ io, env }: CommandContext): void => {
  if (env.OSA_TOKEN)
    io.warn('OSA_TOKEN is set and will be used instead of this login. To use the login: unset OSA_TOKEN')
}

/** The login that is there already and still works; null when a new one is needed. */
const workingLogin = async (context: CommandContext, server: ResolvedServer): Promise<Account | null> => {
  try {
    return await storedAccount(context, server)
  } catch (error) {
    const isReplaceable =
      isOsaError(error, 'not_authenticated', 'session_ended') ||
      (isOsaError(error, 'malformed_credentials') && error.server === server.url)
    if (!isReplaceable) throw error
    return null
  }
}

/** Whether to leave it at the login that works. */
const isContent = async ({ io, signal }: CommandContext): Promise<boolean> => {
  if (io.canAsk) return !(await io.confirm('Log in again with another account?', { assume: false, signal }))
  io.hint('To use another account: osa login --force')
  return true
}

const setAsideUnreadable = async ({ io, store }: CommandContext): Promise<void> => {
  const aside = await store().setAsideUnreadable()
  if (aside) io.warn(`Moved the unreadable credentials file to ${aside}`)
}

const finish = async (
  context: CommandContext,
  server: ResolvedServer,
  done: { user: User | null; isOld: boolean },
): Promise<void> => {
  const { io } = context
  const linked = await linkAfterLogin(context, server.url)
  if (!io.isJson) return
  io.json({
    v: 1,
    event: 'result',
    ok: true,
    server: serverDocument(server),
    user: done.user,
    storage: storageDocument(context),
    ...(linked ? { linked } : {}),
    ...(done.isOld ? { already_logged_in: true } : {}),
    warnings: [],
  })
}

export const login: Command = {
  metadata: {
    name: 'login',
    positionals: '[server]',
    summary: 'Sign in to an archive',
    options: [
      { name: 'no-browser', help: "Don't open a browser" },
      { name: 'device', help: 'Run the sign-in even in CI, approved on another device' },
      { name: 'force', help: 'Start a new session even if you are logged in' },
      { name: 'storage', argument: 'auto|keychain|file', help: 'Where to keep the login' },
      { name: 'token-stdin', help: 'Store a token read from standard input instead' },
      { name: 'no-link', help: "Don't link this folder" },
      { name: 'allow-http', help: 'Allow http:// to other machines' },
    ],
    examples: ['login archive.example.org', 'login --no-browser', 'login --json </dev/null'],
  },
  async run(context) {
    const { io, flags } = context
    refuseInCi(context)
    checkStorage(context)
    await setAsideUnreadable(context)
    const server = await resolveServer(context, 'prompt')
    await agreeToFirstContact(context, server)
    warnOfToken(context)
    const useToken = flags.isSet('token-stdin')
    const existing = useToken || flags.isSet('force') ? null : await workingLogin(context, server)
    if (existing) {
      io.ok(`Already logged in to ${server.url} as ${personLabel(existing.user)}`)
      if (await isContent(context)) return await finish(context, server, { user: existing.user, isOld: true })
    }
    const user = useToken ? await loginWithToken(context, server) : await freshLogin(context, server)
    io.ok(`Logged in to ${server.url}${user ? ` as ${personLabel(user)}` : ''}`)
    await finish(context, server, { user, isOld: false })
    warnOfToken(context)
    io.hint('Next: osa deploy')
  },
}
