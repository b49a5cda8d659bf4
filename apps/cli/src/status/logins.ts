/** The state of each saved login, as known from the file alone or by asking the server. */
import { canonicalServer, type OsaClient, OsaError, type SignedInUser, type StoredLogin } from '@osa/sdk/node'
import { withAccount, withStoredLogin } from '../account.ts'
import type { CommandContext } from '../command.ts'
import type { SessionApproval } from '../labels.ts'
import type { ResolvedServer } from '../server-resolution.ts'
import { leftText } from '../time-text.ts'
import { clockProblem, isReportable, type Problem } from './problems.ts'

export type LoginState = 'ok' | 'expired_refreshable' | 'session_ended' | 'unverified' | 'store_locked'

export interface LoginReport {
  url: string
  state: LoginState
  /** The text of the column SESSION. */
  label: string
  user: StoredLogin['user'] | SignedInUser
  storage: StoredLogin['storage'] | 'env'
  expiresAt: number | null
  /** How the session was approved; null if the server was not asked or does not say. */
  approval: SessionApproval
  /** Why the login does not work. */
  error: OsaError | null
  problems: Problem[]
}

/** `endsAtSeconds`: when the person must sign in again, not when the access token is renewed; null if unknown. */
const lifeOf = (context: CommandContext, endsAtSeconds: number | null): string =>
  endsAtSeconds === null ? 'ok' : `ok, ${leftText(endsAtSeconds - context.clock.now() / 1000)} left`

/** Reports a login from the index alone. Does not open a keychain, which may ask for a password. */
export function reportFromIndex(context: CommandContext, login: StoredLogin): LoginReport {
  const { server: url, expiresAt, user, storage } = login
  const base = { url, user, storage, expiresAt, approval: null, error: null, problems: [] }
  const isOver = expiresAt !== null && expiresAt <= context.clock.now() / 1000
  if (login.isRenewable) return { ...base, state: isOver ? 'expired_refreshable' : 'unverified', label: 'ok, renews' }
  if (!isOver) return { ...base, state: 'unverified', label: lifeOf(context, expiresAt) }
  const error = new OsaError('session_ended', `Your session on ${url} has ended, and it can't be renewed`, {
    server: url,
    hint: `Run osa login ${url}`,
  })
  return { ...base, state: 'session_ended', label: 'ended', error }
}

/** Returns when the saved access token expires. Read again, because it may have been renewed. */
const newExpiry = async ({ store }: CommandContext, server: string): Promise<number | null> =>
  (await store().list()).find((login) => login.server === server)?.expiresAt ?? null

function failed(error: OsaError): Pick<LoginReport, 'state' | 'label' | 'error'> {
  if (['session_ended', 'not_authenticated', 'token_rejected', 'forbidden'].includes(error.code)) {
    return { state: 'session_ended', label: error.code === 'forbidden' ? 'not allowed' : 'ended', error }
  }
  if (['store_locked', 'store_unavailable'].includes(error.code))
    return { state: 'store_locked', label: 'locked', error }
  return { state: 'unverified', label: labels[error.code] ?? 'unknown', error }
}

const labels: Readonly<Record<string, string>> = {
  connection_refused: 'not running',
  dns: 'not found',
  connection_failed: 'not reachable',
  timeout: 'no answer',
  tls: 'not trusted',
  proxy: 'not reachable',
  not_an_osa_server: 'not an archive',
  html_response: 'not an archive',
  server_error: 'server error',
  rate_limited: 'busy',
  malformed_credentials: 'unreadable',
  token_wrong_server: 'wrong archive',
  insecure_http: 'not encrypted',
}

/** Reports a login by asking its server. `useToken`: ask with OSA_TOKEN if it is set, as other commands do. */
export async function reportFromServer(
  context: CommandContext,
  server: ResolvedServer,
  options: { login: StoredLogin | null; useToken: boolean },
): Promise<LoginReport> {
  const { clock, signal, serverDates } = context
  const { login } = options
  const storage: LoginReport['storage'] = login?.storage ?? 'env'
  const { user: known = null, expiresAt: until = null } = login ?? {}
  const base = { url: server.url, user: known, storage, expiresAt: until, approval: null }
  const ask = async (osa: OsaClient) => {
    const sessions = await osa.session.list.query(undefined, { signal })
    const user = await osa.me.query(undefined, { signal })
    return { user, session: sessions.find(({ current }) => current) }
  }
  const problemsNow = (): Problem[] =>
    clockProblem(clock.now(), server.url, serverDates.get(new URL(server.url).origin) ?? null)
  try {
    canonicalServer(server.url, { allowHttp: context.allowHttp })
    const { user, session } = options.useToken
      ? await withAccount(context, server, ask)
      : await withStoredLogin(context, server, ask, { signal })
    const isToken = options.useToken && Boolean(context.env.OSA_TOKEN)
    const expiresAt = isToken ? null : await newExpiry(context, server.url)
    const used = isToken ? { storage: 'env' as const } : {}
    return {
      ...base,
      ...used,
      user,
      approval: session?.approval ?? null,
      expiresAt,
      state: 'ok',
      label: lifeOf(context, session ? session.expires_at.getTime() / 1000 : null),
      error: null,
      problems: problemsNow(),
    }
  } catch (error) {
    if (!isReportable(error)) throw error
    return { ...base, ...failed(error), problems: problemsNow() }
  }
}
