/**
 * The `fetch` under tRPC. Before tRPC reads anything it makes sure that what came is a node's answer, in tRPC's envelope. All else is one
 * of our errors.
 */
import { OsaError } from '../errors.ts'
import { type Exchange, proceduresOf } from './exchange.ts'
import type { HttpAnswer } from './to-answer.ts'
import { unexpectedAnswer } from './unexpected-answer.ts'

/** What tRPC takes for a response: it asks for its JSON, and an error keeps the rest. */
export interface GuardedResponse {
  readonly ok: boolean
  readonly status: number
  readonly headers: Headers
  json(): Promise<unknown>
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

/** The two answers to a call, as superjson puts them; in any other form tRPC could not read them. */
function isRefusal(value: unknown): boolean {
  const { code, message } = fieldsOf(fieldsOf(fieldsOf(value).error).json)
  return typeof code === 'number' && typeof message === 'string'
}
const isResult = (value: unknown): boolean => 'json' in fieldsOf(fieldsOf(fieldsOf(value).result).data)

/** The code of what a node refuses before tRPC sees it, a body that is too large say: `{detail: {code, message}}`. */
function codeOf(json: unknown): string | null {
  const { code } = fieldsOf(fieldsOf(json).detail)
  return typeof code === 'string' && /^[a-z_]{1,60}$/.test(code) ? code : null
}

/** The error for an answer that is not tRPC's to this many calls; null when it is. Only a refusal may stand for all of them. */
export function refusalOf(answer: HttpAnswer, calls: number): OsaError | null {
  const { json, server, status } = answer
  const each = Array.isArray(json) && json.length === calls ? json : []
  if (isRefusal(json) || (each.length > 0 && each.every((one) => isRefusal(one) || isResult(one)))) return null
  const code = status >= 400 && status < 500 && status !== 429 ? codeOf(json) : null
  if (!code) return unexpectedAnswer(answer)
  const message = `${server} refuses the request (HTTP ${status}, ${code})`
  return new OsaError(status === 401 ? 'not_authenticated' : 'usage', message, { server, status })
}

/** Makes the `fetch` of one client. It throws OsaErrors only. */
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
