/** Runs the SDK's login with the screens, questions, store, keychain and network of this run. */
import { hostname } from 'node:os'
import { notAuthenticated } from '@osa/sdk/internal'
import {
  cleanText,
  type LoginOptions,
  login,
  loginWithToken,
  OsaError,
  type SignedInUser,
  type SignInOptions,
  type StorageTarget,
  type Verification,
} from '@osa/sdk/node'
import type { CommandContext } from './command.ts'
import { type ResolvedServer, sourceNote } from './server-resolution.ts'
import { announceStorage, chooseAndAnnounce, storageDocument, storageWish } from './storage.ts'
import { openSignInScreen } from './verification.ts'
import { version } from './version.ts'

const lockTimeoutMs = 20_000

/** The result of a login. `reason`: why it is not stored in the keychain. */
export interface LoginResult {
  /** Null if the server could not say who signed in. */
  user: SignedInUser | null
  reason: string | null
}

/** Builds the options of the SDK's login. `chosen` is filled in with the place where the login is stored, once that is decided. */
function signInOptions(context: CommandContext, server: ResolvedServer) {
  const { io, env, store, keychain, isCi, network, clock, signal, allowHttp, uninterrupted } = context
  const chosen: { kind: StorageTarget['kind']; reason: string | null } = { kind: 'file', reason: null }
  const options: SignInOptions = {
    server: server.url,
    storage: storageWish(context),
    ...{ env, store: store(), keychain, isCi, network, clock, signal, allowHttp, uninterrupted, warn: io.warn },
    onStorage: (choice) => {
      chosen.kind = choice.target.kind
      chosen.reason = choice.reason
      announceStorage(context, choice)
    },
    fallBackToFile: async ({ message }) => {
      if (!io.canAsk) return false
      io.warn(message)
      return await io.confirm('Save to a file only you can read instead?', { assume: true, signal })
    },
  }
  return { options, chosen }
}

type ServerGreeting = Parameters<NonNullable<LoginOptions['onServer']>>[0]

const verificationDocument = (login: Verification, storage: object): object => ({
  v: 1,
  event: 'verification',
  verification_uri: login.verificationUri,
  verification_uri_complete: login.verificationUriComplete,
  user_code: login.userCode,
  expires_at: login.expiresAt.toISOString(),
  interval: login.intervalSeconds,
  storage,
})

/** Prints the archive's own name in quotation marks, its description and its contact, each cut to a few lines. */
function greet({ io }: CommandContext, { name, description, contact }: ServerGreeting): void {
  const quoted = cleanText(name, 60).replaceAll('"', "'")
  io.say(`The archive calls itself "${quoted}"${description ? `: ${cleanText(description, 160)}` : ''}`)
  if (contact) io.say(`Questions: ${cleanText(contact.replace(/^mailto:/, ''), 100)}`)
}

/** Logs in by the device grant and saves the tokens. If they cannot be saved, the new session is ended. */
export async function freshLogin(context: CommandContext, server: ResolvedServer): Promise<LoginResult> {
  const { io } = context
  io.say(`Signing in to ${server.url}${sourceNote(server)}`)
  const { options, chosen } = signInOptions(context, server)
  const screen = openSignInScreen(context)
  try {
    const { user } = await login({
      ...options,
      deviceName: `${hostname()} (osa ${version})`,
      onServer: (document) => greet(context, document),
      onVerification: async (verification) => {
        if (io.isJson) io.json(verificationDocument(verification, storageDocument(context, chosen.kind, chosen.reason)))
        await screen.show(verification)
      },
      ...screen.browser,
      onWaiting: screen.report,
      onApproved: screen.close,
    })
    return { user, reason: chosen.reason }
  } finally {
    screen.close()
  }
}

/** `--token-stdin`: saves a token from standard input if the server accepts it. Throws `token_malformed`. */
export async function loginWithGivenToken(context: CommandContext, server: ResolvedServer): Promise<LoginResult> {
  const accessToken = (await context.io.input({ signal: context.signal })).replace(/\r?\n$/, '')
  if (!/^[\x21-\x7e]+$/.test(accessToken)) {
    throw new OsaError('token_malformed', 'The text on standard input is not a token', {
      hint: 'Pipe in only the token',
    })
  }
  const { options, chosen } = signInOptions(context, server)
  const { user } = await loginWithToken({ ...options, accessToken })
  return { user, reason: chosen.reason }
}

/** Moves a saved login to the place that `--storage` names. Returns the kind of that place. */
export async function moveLogin(context: CommandContext, server: string): Promise<StorageTarget['kind']> {
  const { target } = await chooseAndAnnounce(context)
  const store = context.store()
  // Under the lock, because a refresh in another process would overwrite the login or be overwritten.
  const lock = await store.lockRefresh(server, { timeoutMs: lockTimeoutMs, signal: context.signal })
  try {
    // Read now: tokens read before the lock may have been replaced since.
    const credential = await store.read(server)
    if (!credential) throw notAuthenticated(server)
    await (await store.reserve(server, target)).commit(credential)
    return target.kind
  } finally {
    await lock.release()
  }
}
