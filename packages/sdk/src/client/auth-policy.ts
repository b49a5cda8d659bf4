/** A call that the node refuses for its token is sent once more, with a renewed one, and never again. */
import { type ErrorCode, OsaError, signInHint } from '../errors.ts'
import { OsaCallError } from './call-error.ts'
import type { ClientToken } from './client-token.ts'
import type { Repetition } from './repeating-link.ts'

/** The token that an attempt was sent with, written down when its batch leaves. */
export interface Attempt {
  token: string | null
}

const contextKey = 'osa.attempt'

/** The attempt that an operation is part of. */
export const attemptOf = (op: { context: Record<string, unknown> }): Attempt => op.context[contextKey] as Attempt

/** What becomes of a refusal that no newer token can fix. */
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

/** The policy for a client's tokens. `isFixed`: there is one token, which cannot be renewed. */
export const authPolicy = (tokensOf: () => Promise<ClientToken>, isFixed: boolean): Repetition => ({
  async before(op) {
    await (await tokensOf()).obtain()
    const attempt: Attempt = { token: null }
    return { ...op, context: { ...op.context, [contextKey]: attempt } }
  },
  async again({ op, error, attempt }) {
    // Only the node's own word: a gateway's 401, a web page with a password prompt, says nothing about the token.
    if (error.code !== 'not_authenticated' || error.status !== 401) return false
    const { token } = attemptOf(op)
    const isWorthIt = token !== null && attempt === 1 && (await (await tokensOf()).renew(token))
    if (!isWorthIt) throw finalRefusal(error, token, isFixed)
    return true
  },
})
