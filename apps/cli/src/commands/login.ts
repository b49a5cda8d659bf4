/** `osa login`: decides whether to log in and where. The login itself is in login-flow.ts. */
import { isOsaError, OsaError, type SignedInUser } from '@osa/sdk/node'
import { type Account, storedAccount } from '../account.ts'
import type { CommandContext, RunCommand } from '../command.ts'
import { linkAfterLogin } from '../folder-link.ts'
import { personLabel } from '../labels.ts'
import { freshLogin, type LoginResult, loginWithGivenToken, moveLogin } from '../login-flow.ts'
import { agreeToFirstContact, chooseServer, type ResolvedServer, serverJson } from '../server-resolution.ts'
import { storageDocument, storageLabel, storageWish } from '../storage.ts'

function refuseInCi({ isCi, env, flags }: CommandContext): void {
  if (!isCi || flags.isSet('device') || flags.isSet('token-stdin')) return
  throw new OsaError('needs_person', `osa login needs a person to approve it, and this is CI (CI=${env.CI})`, {
    hint: 'Set OSA_TOKEN and OSA_SERVER in this job; no login is needed',
    details: ['To approve from another device anyway: osa login --device'],
  })
}

function warnAboutToken({ io, env }: CommandContext): void {
  if (env.OSA_TOKEN)
    io.warn('OSA_TOKEN is set and will be used instead of this login. To use the login: unset OSA_TOKEN')
}

/** Returns the saved login if it still works; null if a new login is needed. */
async function workingLogin(context: CommandContext, server: ResolvedServer): Promise<Account | null> {
  try {
    return await storedAccount(context, server)
  } catch (error) {
    const isReplaceable =
      isOsaError(error, 'not_authenticated', 'session_ended') ||
      (isOsaError(error, 'malformed_credentials') && error.server === server.url)
    const isOutOfReach = isOsaError(error, 'store_locked', 'store_unavailable')
    if (!isReplaceable && !isOutOfReach) throw error
    if (isOutOfReach) context.io.warn(error.message)
    return null
  }
}

/** Whether the person wants to keep the login that works. */
async function keepsLogin({ io, signal }: CommandContext): Promise<boolean> {
  if (io.canAsk) return !(await io.confirm('Log in again with another account?', { assume: false, signal }))
  io.hint('To use another account: osa login --force')
  return true
}

/** Moves a login that works to the place that `--storage` names, without a new approval. Returns whether it was moved. */
async function moveIfAsked(context: CommandContext, server: ResolvedServer): Promise<boolean> {
  const { flags, io, store } = context
  const wanted = flags.value('storage')
  const saved = (await store().list()).find((login) => login.server === server.url)
  if (!saved || !wanted || wanted === 'auto' || wanted === saved.storage) return false
  const kind = await moveLogin(context, server.url)
  io.ok(`Moved the login to ${kind === 'keychain' ? `the ${storageLabel(context, kind)}` : store().path}`)
  return true
}

async function setAsideUnreadable({ io, store }: CommandContext): Promise<void> {
  const aside = await store().setAsideUnreadable()
  if (aside) io.warn(`Moved the unreadable credentials file to ${aside}`)
}

async function finish(
  context: CommandContext,
  server: ResolvedServer,
  done: { user: SignedInUser | null; isOld: boolean; reason: string | null },
): Promise<void> {
  const { io, store } = context
  const linked = await linkAfterLogin(context, server.url)
  if (!io.isJson) return
  const saved = (await store().list()).find((login) => login.server === server.url)
  io.json({
    v: 1,
    event: 'result',
    ok: true,
    server: serverJson(server),
    user: done.user,
    storage: storageDocument(context, saved?.storage ?? 'file', done.reason),
    ...(linked ? { linked } : {}),
    ...(done.isOld ? { already_logged_in: true } : {}),
    warnings: io.warnings,
  })
}

export const login: RunCommand = async (context) => {
  const { io, flags } = context
  refuseInCi(context)
  storageWish(context)
  await setAsideUnreadable(context)
  const server = await chooseServer(context, 'prompt')
  await agreeToFirstContact(context, server)
  warnAboutToken(context)
  const useToken = flags.isSet('token-stdin')
  const existing = useToken || flags.isSet('force') ? null : await workingLogin(context, server)
  if (existing) {
    io.ok(`Already logged in to ${server.url} as ${personLabel(existing.user)}`)
    const isMoved = await moveIfAsked(context, server)
    if (isMoved || (await keepsLogin(context))) {
      return await finish(context, server, { user: existing.user, isOld: true, reason: null })
    }
  }
  const { user, reason }: LoginResult = useToken
    ? await loginWithGivenToken(context, server)
    : await freshLogin(context, server)
  io.ok(`Logged in to ${server.url}${user ? ` as ${personLabel(user)}` : ''}`)
  await finish(context, server, { user, isOld: false, reason })
  warnAboutToken(context)
  io.hint('Next: osa deploy')
}
