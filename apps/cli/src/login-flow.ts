/** A login as the command does it: the SDK's, with screens, questions and the run's own store, keychain and network. */
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
import { keepCompany } from './verification.ts'
import { version } from './version.ts'

const lockTimeoutMs = 20_000

/** What a login came to. `reason`: why it is not in the keychain. */
export interface Kept {
  /** Null when the server could not say who it is just then. */
  user: SignedInUser | null
  reason: string | null
}

/** What the command brings to a login; `chosen` holds where it will be kept, once that is known. */
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

/** What an archive says of itself: in quotation marks, and no more of it than fits on a few lines. */
function greet({ io }: CommandContext, { name, description, contact }: ServerGreeting): void {
  const quoted = cleanText(name, 60).replaceAll('"', "'")
  io.say(`It calls itself "${quoted}"${description ? `: ${cleanText(description, 160)}` : ''}`)
  if (contact) io.say(`Questions: ${cleanText(contact.replace(/^mailto:/, ''), 100)}`)
}

/** A device login from the first check to the saved pair; what cannot be saved is ended again. */
export async function freshLogin(context: CommandContext, server: ResolvedServer): Promise<Kept> {
  const { io } = context
  io.say(`Signing in to ${server.url}${sourceNote(server)}`)
  const { options, chosen } = signInOptions(context, server)
  const company = keepCompany(context)
  try {
    const { user } = await login({
      ...options,
      deviceName: `${hostname()} (osa ${version})`,
      onServer: (document) => greet(context, document),
      onVerification: async (verification) => {
        if (io.isJson) io.json(verificationDocument(verification, storageDocument(context, chosen.kind, chosen.reason)))
        await company.show(verification)
      },
      ...company.browser,
      onWaiting: company.report,
      onApproved: company.leave,
    })
    return { user, reason: chosen.reason }
  } finally {
    company.leave()
  }
}

/** `--token-stdin`: keeps a token made elsewhere, if the server knows it. */
export async function loginWithGivenToken(context: CommandContext, server: ResolvedServer): Promise<Kept> {
  const accessToken = (await context.io.input({ signal: context.signal })).replace(/\r?\n$/, '')
  if (!/^[\x21-\x7e]+$/.test(accessToken)) {
    throw new OsaError('token_malformed', 'What came on standard input is not a token', {
      hint: 'Pipe in the token alone',
    })
  }
  const { options, chosen } = signInOptions(context, server)
  const { user } = await loginWithToken({ ...options, accessToken })
  return { user, reason: chosen.reason }
}

/** Moves a saved login to where `--storage` says; answers what kind of place that is. */
export async function moveLogin(context: CommandContext, server: string): Promise<StorageTarget['kind']> {
  const { target } = await chooseAndAnnounce(context)
  const store = context.store()
  // Alone with the login: a refresh going on elsewhere would overwrite it, or be overwritten.
  const lock = await store.lockRefresh(server, { timeoutMs: lockTimeoutMs, signal: context.signal })
  try {
    // Read under the lock: a pair that was read before may be used up by now.
    const credential = await store.read(server)
    if (!credential) throw notAuthenticated(server)
    await (await store.reserve(server, target)).commit(credential)
    return target.kind
  } finally {
    await lock.release()
  }
}
