/** The calls of the JSON wire that signing in needs (`/api/v1/auth/*`), beside the device flow itself. */

import { OsaError } from '../errors.ts'
import { canonicalServerOrNull } from '../server-url.ts'
import { readServerDocument, readTokens, readUser, readV1ErrorCode, type Tokens, type User } from './answers.ts'
import type { Http } from './http.ts'
import { unexpectedAnswer } from './unexpected-answer.ts'

interface Call {
  server: string
  signal?: AbortSignal | undefined
  timeoutMs?: number
}

/** Asks who the bearer of a token is. `rejected` carries the server's code for a refused token; other failures throw. */
export const fetchUser = async (
  http: Http,
  call: Call & { accessToken: string },
): Promise<{ user: User; headers: Headers } | { rejected: string; headers: Headers }> => {
  const { accessToken, ...rest } = call
  const answer = await http({ ...rest, method: 'GET', path: '/api/v1/auth/me', bearer: accessToken })
  if (answer.status === 401) {
    return { rejected: readV1ErrorCode(answer.json) ?? 'invalid_token', headers: answer.headers }
  }
  if (answer.status === 403) {
    throw new OsaError('forbidden', `${call.server} does not allow this account`, { server: call.server, status: 403 })
  }
  const user = answer.status === 200 ? readUser(answer.json) : null
  if (!user) throw unexpectedAnswer(answer)
  return { user, headers: answer.headers }
}

/** Exchanges a refresh token (RFC 6749 §6). `refused` is the server's final no; whatever else goes wrong throws. */
export const exchangeRefreshToken = async (
  http: Http,
  call: Call & { refreshToken: string },
): Promise<{ tokens: Tokens } | { refused: string; headers: Headers }> => {
  const { refreshToken, ...rest } = call
  const answer = await http({
    ...rest,
    method: 'POST',
    path: '/api/v1/auth/refresh',
    json: { refresh_token: refreshToken },
  })
  const code = answer.status === 401 ? readV1ErrorCode(answer.json) : null
  if (code) return { refused: code, headers: answer.headers }
  const tokens = answer.status === 200 ? readTokens(answer.json) : null
  if (!tokens) throw unexpectedAnswer(answer)
  return { tokens }
}

/** Ends a session at the server (RFC 7009 in v1 clothes). Throws when the server could not be told. */
export const revokeSession = async (http: Http, call: Call & { refreshToken: string }): Promise<void> => {
  const { refreshToken, ...rest } = call
  const answer = await http({
    ...rest,
    method: 'POST',
    path: '/api/v1/auth/logout',
    json: { refresh_token: refreshToken },
  })
  const isDone = answer.status === 200 && (answer.json as { success?: unknown } | undefined | null)?.success === true
  // 401: the token is already worthless there, which is what was asked for.
  if (!isDone && answer.status !== 401) throw unexpectedAnswer(answer)
}

/** How a node introduces itself; its issuer is the address it was asked at. */
export interface ServerDocument {
  name: string
  version: string
  /** For how long a repeated refresh gets the same answer; 0: not at all. */
  refreshReuseGraceSeconds: number
}

/** Where a node introduces itself. */
export const serverDocumentPath = '/.well-known/osa'

/** Reads `/.well-known/osa` and believes it only if its issuer is this very server (RFC 8414 §3.3). Throws otherwise. */
export const fetchServerDocument = async (http: Http, call: Call): Promise<ServerDocument> => {
  const answer = await http({ ...call, method: 'GET', path: serverDocumentPath })
  const document = answer.status === 200 ? readServerDocument(answer.json) : null
  if (!document) throw unexpectedAnswer(answer)
  const { issuer, ...rest } = document
  if (canonicalServerOrNull(issuer) !== call.server) {
    throw new OsaError(
      'not_an_osa_server',
      `${call.server} calls itself ${canonicalServerOrNull(issuer) ?? 'something else'}`,
      {
        server: call.server,
        hint: 'Use the address the archive gives for itself, or tell its administrator',
      },
    )
  }
  return rest
}
