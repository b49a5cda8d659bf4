/**
 * The `fetch` that tRPC uses. It makes sure that the response is a node's answer, in tRPC's envelope, before tRPC reads it. Any other
 * response becomes an OsaError.
 */
import { OsaError } from '../errors.ts'
import { type Exchange, proceduresOf } from './exchange.ts'
import type { HttpAnswer } from './to-answer.ts'
import { unexpectedAnswer } from './unexpected-answer.ts'

/** The parts of a response that tRPC uses: it reads the JSON, and its errors keep the rest. */
export interface GuardedResponse {
  readonly ok: boolean
  readonly status: number
  readonly headers: Headers
  json(): Promise<unknown>
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

/** Whether a value is an error in superjson's form, the only one that tRPC can read. */
function isRefusal(value: unknown): boolean {
  const { code, message } = fieldsOf(fieldsOf(fieldsOf(value).error).json)
  return typeof code === 'number' && typeof message === 'string'
}
const isResult = (value: unknown): boolean => 'json' in fieldsOf(fieldsOf(fieldsOf(value).result).data)

/** Returns the code of a request that a node refused before tRPC saw it, such as too large a body: `{detail: {code, message}}`. */
function codeOf(json: unknown): string | null {
  const { code } = fieldsOf(fieldsOf(json).detail)
  return typeof code === 'string' && /^[a-z_]{1,60}$/.test(code) ? code : null
}

/** Returns null if an answer is tRPC's answer to this many calls, else the error for it. A single refusal may answer all of the calls. */
export function refusalOf(answer: HttpAnswer, calls: number): OsaError | null {
  const { json, server, status } = answer
  const each = Array.isArray(json) && json.length === calls ? json : []
  if (isRefusal(json) || (each.length > 0 && each.every((one) => isRefusal(one) || isResult(one)))) return null
  const code = status >= 400 && status < 500 && status !== 429 ? codeOf(json) : null
  if (!code) return unexpectedAnswer(answer)
  const message = `${server} refuses the request (HTTP ${status}, ${code})`
  return new OsaError(status === 401 ? 'not_authenticated' : 'usage', message, { server, status })
}

/** Creates the `fetch` of one client. It throws only OsaErrors. */
export const createGuardedFetch =
  ({ send }: Pick<Exchange, 'send'>) =>
  async (input: string | URL | Request, init: RequestInit = {}): Promise<GuardedResponse> => {
    const url = new URL(input instanceof Request ? input.url : input)
    const answer = await send(url, init)
    const refusal = refusalOf(answer, proceduresOf(url).length)
    if (refusal) throw refusal
    const { status, headers, json } = answer
    return { ok: status >= 200 && status < 300, status, headers, json: async () => json }
  }
