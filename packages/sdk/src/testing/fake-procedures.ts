/**
 * The tRPC wire of the fake node: tRPC's own server over what a test says that procedures answer, with the inputs, the check of the token
 * and the errors of a node.
 */
import {
  conventionsDeployInput,
  conventionsGetInput,
  deviceStartInput,
  deviceTokenInput,
  deviceVerifyInput,
  deviceWatchInput,
  inputIssuesOf,
  issuesText,
  sessionEndInput,
  sessionRefreshInput,
  sessionRevokeInput,
} from '@osa/contract'
import { type AnyTRPCProcedure, initTRPC } from '@trpc/server'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import superjson from 'superjson'
import * as z from 'zod/mini'
import type { RawAnswer } from './fake-answers.ts'

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

/**
 * Answers one call. `input` is what the client passed, dates and all; `signal` fires when the client has gone. What it throws is a refusal,
 * or a defect of the node.
 */
export type FakeProcedure = (input: unknown, signal: AbortSignal | undefined) => unknown

/** A scripted procedure, or one that answers without a token. */
export type ScriptedProcedure = FakeProcedure | { readonly isPublic: true; readonly answer: FakeProcedure }

/** The inputs of a node's procedures, and which of these are no queries. */
const inputs = {
  'conventions.deploy': conventionsDeployInput,
  'conventions.get': conventionsGetInput,
  'device.start': deviceStartInput,
  'device.token': deviceTokenInput,
  'device.verify': deviceVerifyInput,
  'device.watch': deviceWatchInput,
  'session.end': sessionEndInput,
  'session.refresh': sessionRefreshInput,
  'session.revoke': sessionRevokeInput,
}
type Checked = keyof typeof inputs
const isChecked = (path: string): path is Checked => Object.hasOwn(inputs, path)
const queries: readonly string[] = ['me', 'server.info', 'session.list', 'conventions.list', 'conventions.get']

// Without it the small zod says no more than that an input is wrong.
z.config(z.locales.en())

const t = initTRPC.context<{ tokenError: string | null }>().create({
  transformer: superjson,
  errorFormatter: ({ shape, error: { code, cause } }) => {
    const { stack: _, ...data } = shape.data
    if (cause instanceof FakeRefusal) {
      return { ...shape, data: { ...data, code: cause.code, httpStatus: cause.status, ...cause.data } }
    }
    if (code === 'INTERNAL_SERVER_ERROR') return { ...shape, data, message: 'Something went wrong in the archive.' }
    const issues = code === 'BAD_REQUEST' ? inputIssuesOf(cause) : null
    return issues === null ? { ...shape, data } : { ...shape, data: { ...data, issues }, message: issuesText(issues) }
  },
})

const signedIn = t.procedure.use(({ ctx: { tokenError }, next }) => {
  if (tokenError === null) return next()
  throw new FakeRefusal('UNAUTHORIZED', 401, 'As scripted.', { token_error: tokenError })
})

/** A procedure of a script that no node has is whatever its caller takes it for. */
function typeOf(path: string, method: string): 'query' | 'mutation' | 'subscription' {
  if (path === 'device.watch') return 'subscription'
  const isMutation = isChecked(path) && !queries.includes(path)
  return isMutation || (method === 'POST' && !queries.includes(path)) ? 'mutation' : 'query'
}

function built(path: string, scripted: ScriptedProcedure, method: string): AnyTRPCProcedure {
  const isPublic = typeof scripted === 'object'
  const answer = isPublic ? scripted.answer : scripted
  const input = isChecked(path) ? inputs[path] : (value: unknown) => value
  const procedure = (isPublic ? t.procedure : signedIn).input(input as (value: unknown) => unknown)
  const resolve = ({ input, signal }: { input: unknown; signal: AbortSignal | undefined }) => answer(input, signal)
  switch (typeOf(path, method)) {
    case 'query':
      return procedure.query(resolve)
    case 'mutation':
      return procedure.mutation(resolve)
    case 'subscription':
      return procedure.subscription(resolve as () => AsyncGenerator<unknown>)
  }
}

interface Routes {
  [name: string]: AnyTRPCProcedure | Routes
}

function routerOf(procedures: Readonly<Record<string, ScriptedProcedure>>, method: string) {
  const routes: Routes = {}
  for (const [path, scripted] of Object.entries(procedures)) {
    const names = path.split('.')
    const last = names.pop() ?? ''
    let inner = routes
    for (const name of names) {
      inner[name] ??= {}
      inner = inner[name] as Routes
    }
    inner[last] = built(path, scripted, method)
  }
  return t.router(routes)
}

/** Answers a request to `/trpc/…`. `tokenError`: what is wrong with its access token; null when nothing is. Throws `LostAnswer`. */
export async function answerProcedures(
  request: Request,
  tokenError: string | null,
  procedures: Readonly<Record<string, ScriptedProcedure>>,
): Promise<Response> {
  let isLost = false
  const response = await fetchRequestHandler({
    endpoint: '/trpc',
    req: request,
    router: routerOf(procedures, request.method),
    maxBatchSize: 10,
    createContext: () => ({ tokenError }),
    onError: ({ error }) => {
      isLost ||= error.cause instanceof LostAnswer
    },
  })
  if (isLost) throw new LostAnswer()
  return response
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
export function refusalAnswer({ code, status, message, data }: FakeRefusal): RawAnswer {
  const shape = { message, code: -32_000 - (status % 100), data: { code, httpStatus: status, path: '', ...data } }
  return asJson(status, [{ error: superjson.serialize(shape) }])
}
