/** When the node rejects a call's token, the token is renewed and the call is sent once more. There is no second repeat. */
import { type ErrorCode, OsaError, signInHint } from '../errors.ts'
import { OsaCallError } from './call-error.ts'
import type { ClientToken } from './client-token.ts'
import type { Connection } from './connection.ts'
import type { Repetition } from './repeating-link.ts'

/** The token that an attempt was sent with. It is recorded when the batch is sent. */
interface Attempt {
  token: string | null
}

interface Operation {
  readonly context: Record<string, unknown>
}

const contextKey = 'osa.attempt'

/** Returns the attempt that an operation belongs to. */
const attemptOf = ({ context }: Operation): Attempt => context[contextKey] as Attempt

/** Returns the headers of a request, with the newest token, and records that token for every operation in the request. */
export function signedHeaders({ headers, tokens }: Connection, ops: readonly Operation[]): Record<string, string> {
  const token = tokens.current()
  for (const op of ops) attemptOf(op).token = token
  return { ...headers, ...(token === null ? {} : { authorization: `Bearer ${token}` }) }
}

/** Returns the error for a 401 that a newer token cannot fix. */
function finalRefusal(error: OsaCallError, token: string | null, isFixed: boolean): OsaCallError {
  const { server, status, requestId, reason } = error
  const about = {
    ...(server ? { server } : {}),
    ...(status ? { status } : {}),
    ...(requestId ? { requestId } : {}),
    ...(reason ? { reason } : {}),
  }
  const made = (code: ErrorCode, message: string, hint: string): OsaCallError =>
    new OsaCallError(new OsaError(code, message, { ...about, hint }), error)
  const signIn = signInHint(server ?? '<url>')
  if (token === null) return made('not_authenticated', `Not logged in to ${server}`, signIn)
  if (isFixed) return made('token_rejected', `${server} refuses the token`, 'Create a new token')
  return made('not_authenticated', `${server} refuses the login`, signIn)
}

/** Creates the policy that signs a client's calls. `isFixed` says that the client has a single token, which cannot be renewed. */
export const authPolicy = (tokensOf: () => Promise<ClientToken>, isFixed: boolean): Repetition => ({
  async before(op) {
    await (await tokensOf()).obtain()
    const attempt: Attempt = { token: null }
    return { ...op, context: { ...op.context, [contextKey]: attempt } }
  },
  async again({ op, error, attempt }) {
    // Only a 401 from the node itself counts. A gateway's 401 (a password prompt, for example) says nothing about the token.
    if (error.code !== 'not_authenticated' || error.status !== 401) return false
    const { token } = attemptOf(op)
    const isWorthIt = token !== null && attempt === 1 && (await (await tokensOf()).renew(token))
    if (!isWorthIt) throw finalRefusal(error, token, isFixed)
    return true
  },
})
