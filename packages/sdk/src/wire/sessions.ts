/**
 * A person's sessions on a server. v1 has no such endpoints; these are the two tRPC procedures `session.list` and `session.revoke`, asked
 * through the same door as everything else rather than with a tRPC client, which would double what a terminal loads. The envelope is
 * tRPC's with superjson, `{"json": …}`; dates in it are ISO strings.
 */
import { OsaError } from '../errors.ts'
import type { Http, HttpAnswer } from './http.ts'
import { unexpectedAnswer } from './unexpected-answer.ts'

/** One signed-in terminal. Times are ISO 8601. */
export interface SessionSummary {
  id: string
  client_id: string
  client_name: string
  device_name: string | null
  ip: string | null
  created_at: string
  last_used_at: string
  expires_at: string
  /** True for the session that the presented access token belongs to. */
  current: boolean
}

interface Call {
  server: string
  accessToken: string
  signal?: AbortSignal | undefined
}

/** The server's no to a token. */
interface Rejected {
  rejected: string
  headers: Headers
}

type Fields = Record<string, unknown>

const fields = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null

/** What is inside tRPC's envelope; undefined when the answer is none. */
const dataOf = (answer: HttpAnswer): unknown =>
  answer.status === 200 ? fields(fields(fields(answer.json)?.result)?.data)?.json : undefined

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null)

const readSession = (value: unknown): SessionSummary | null => {
  const it = fields(value)
  const texts = [it?.id, it?.client_id, it?.client_name, it?.created_at, it?.last_used_at, it?.expires_at]
  if (!it || !texts.every((text) => typeof text === 'string') || typeof it.current !== 'boolean') return null
  const [id, client_id, client_name, created_at, last_used_at, expires_at] = texts as [
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  const { current } = it
  const [device_name, ip] = [textOrNull(it.device_name), textOrNull(it.ip)]
  return { id, client_id, client_name, device_name, ip, created_at, last_used_at, expires_at, current }
}

const rejection = (answer: HttpAnswer): Rejected | null =>
  answer.status === 401 ? { rejected: 'invalid_token', headers: answer.headers } : null

/** The sessions of the token's owner, newest first. `rejected` says that the token was refused; other failures throw. */
export const listSessions = async (http: Http, call: Call): Promise<{ sessions: SessionSummary[] } | Rejected> => {
  const { server, accessToken, signal } = call
  const answer = await http({ server, method: 'GET', path: '/trpc/session.list', bearer: accessToken, signal })
  const rejected = rejection(answer)
  if (rejected) return rejected
  const data = dataOf(answer)
  const sessions = Array.isArray(data) ? data.map(readSession) : null
  if (!sessions?.every((one) => one !== null)) throw unexpectedAnswer(answer)
  return { sessions }
}

/** Ends one of the token owner's sessions. Throws `usage` when the server knows no such session of theirs. */
export const endSession = async (
  http: Http,
  call: Call & { sessionId: string },
): Promise<{ ended: true } | Rejected> => {
  const { server, accessToken, signal, sessionId } = call
  const json = { json: { session_id: sessionId } }
  const path = '/trpc/session.revoke'
  const answer = await http({ server, method: 'POST', path, json, bearer: accessToken, signal })
  const rejected = rejection(answer)
  if (rejected) return rejected
  if (answer.status === 404 && fields(fields(answer.json)?.error)) {
    throw new OsaError('usage', `${server} knows no such session of yours`, { server, hint: 'List them: osa sessions' })
  }
  if (fields(dataOf(answer))?.revoked !== true) throw unexpectedAnswer(answer)
  return { ended: true }
}
