/**
 * The tRPC wire of the fake node, batches included: a test says what a procedure answers, and the envelope, the check of the token and
 * the codes of refusals are as a node's.
 */
import superjson from 'superjson'
import type { RawAnswer } from './fake-osa-server.ts'

/** Thrown by a scripted procedure to refuse, in tRPC's words. */
export class FakeRefusal extends Error {
  readonly code: string
  readonly status: number
  readonly data: object

  /** `code` is tRPC's (`FORBIDDEN`), `status` the HTTP status that goes with it (403), `data` what the error's `data` holds beside these. */
  constructor(code: string, status: number, message = 'As scripted.', data: object = {}) {
    super(message)
    this.code = code
    this.status = status
    this.data = data
  }
}

/** Thrown by a procedure whose answer gets lost: the connection breaks. */
export class LostAnswer extends Error {}

/** Answers one call. `input` is what the client passed, dates and all. What it throws is a refusal, or a defect of the node. */
export type FakeProcedure = (input: unknown) => unknown

/** A scripted procedure, or one that answers without a token. */
export type ScriptedProcedure = FakeProcedure | { readonly isPublic: true; readonly answer: FakeProcedure }

interface Incoming {
  readonly url: URL
  readonly method: string
  readonly body: string
  /** What is wrong with the access token; null when nothing is. */
  readonly tokenError: string | null
}

type Json = Record<string, unknown>

const failure = ({ code, status, message, data }: FakeRefusal, path: string): [number, Json] => {
  const shape = { message, code: -32_000 - (status % 100), data: { code, httpStatus: status, path, ...data } }
  return [status, { error: superjson.serialize(shape) }]
}

const asJson = (status: number, body: unknown): RawAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** The answer to a request of one call whose procedure has answered this; for `dictate`. */
export const resultAnswer = (value: unknown): RawAnswer =>
  asJson(200, [{ result: { data: superjson.serialize(value) } }])

/** The answer to a request of one call that was refused; for `dictate`. */
export const refusalAnswer = (refusal: FakeRefusal): RawAnswer => asJson(refusal.status, [failure(refusal, '')[1]])

const inputsOf = ({ url, method, body }: Incoming): Json => {
  const text = method === 'GET' ? url.searchParams.get('input') : body
  return text ? (JSON.parse(text) as Json) : {}
}

const callOne = async (
  procedure: ScriptedProcedure | undefined,
  call: { path: string; input: unknown; tokenError: string | null },
): Promise<[number, Json]> => {
  const { path, input, tokenError } = call
  try {
    if (!procedure) throw new FakeRefusal('NOT_FOUND', 404, `No procedure found on path "${path}"`)
    const isPublic = typeof procedure === 'object'
    if (!isPublic && tokenError !== null) {
      throw new FakeRefusal('UNAUTHORIZED', 401, 'As scripted.', { token_error: tokenError })
    }
    const given = input === undefined ? undefined : superjson.deserialize(input as never)
    const answered = await (isPublic ? procedure.answer(given) : procedure(given))
    return [200, { result: { data: superjson.serialize(answered) } }]
  } catch (error) {
    if (error instanceof LostAnswer) throw error
    if (error instanceof FakeRefusal) return failure(error, path)
    return failure(new FakeRefusal('INTERNAL_SERVER_ERROR', 500, 'Something went wrong on the server.'), path)
  }
}

/** Answers a request to `/trpc/…` with status and JSON, as tRPC does: 207 when the calls of a batch come to different ends. */
export const answerProcedures = async (
  incoming: Incoming,
  procedures: Readonly<Record<string, ScriptedProcedure>>,
): Promise<[number, unknown]> => {
  const { url, tokenError } = incoming
  const paths = decodeURIComponent(url.pathname.replace(/^\/trpc\//, '')).split(',')
  const isBatch = url.searchParams.get('batch') === '1'
  const inputs = inputsOf(incoming)
  const answers = await Promise.all(
    paths.map((path, index) =>
      callOne(Object.hasOwn(procedures, path) ? procedures[path] : undefined, {
        path,
        input: isBatch ? inputs[index] : 'json' in inputs ? inputs : undefined,
        tokenError,
      }),
    ),
  )
  const [first] = answers
  if (!isBatch) return first ?? [404, {}]
  const status = answers.every(([one]) => one === first?.[0]) ? (first?.[0] ?? 200) : 207
  return [status, answers.map(([, json]) => json)]
}
