/**
 * The tRPC wire of the fake node: tRPC's own server, with scripted procedures behind a node's input checks, token check and errors.
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
import { LostAnswer, type RawAnswer } from './fake-http.ts'

/** Throw this in a scripted procedure to answer with a tRPC error. */
export class FakeRefusal extends Error {
  readonly code: string
  readonly status: number
  readonly data: object

  /** `code` is tRPC's code (`FORBIDDEN`), `status` is the matching HTTP status (403), and `data` adds fields to the error's `data`. */
  constructor(code: string, status: number, message = 'As scripted.', data: object = {}) {
    super(message)
    this.code = code
    this.status = status
    this.data = data
  }
}

/**
 * Answers one call. `input` is the client's input; `signal` fires when the client disconnects. Throw a `FakeRefusal` to refuse the call. Any
 * other error becomes an internal error of the node.
 */
export type FakeProcedure = (input: unknown, signal: AbortSignal | undefined) => unknown

/** A scripted procedure. With `isPublic`, it can be called without a token. */
export type ScriptedProcedure = FakeProcedure | { readonly isPublic: true; readonly answer: FakeProcedure }

/** The input schemas of a node's procedures. */
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

// Without a locale, zod/mini only says that an input is invalid.
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

/** Returns the type of a procedure. For one that no node has, the request's method decides. */
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

/** Answers a request to `/trpc/…`. `tokenError` is what is wrong with its access token; null if nothing is. Throws `LostAnswer`. */
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

/** Returns the answer of a procedure with this result, to a request with one call. For `FakeOsaServer.dictate`. */
export const resultAnswer = (value: unknown): RawAnswer =>
  asJson(200, [{ result: { data: superjson.serialize(value) } }])

/** Returns the answer of a procedure that refused, to a request with one call. For `FakeOsaServer.dictate`. */
export function refusalAnswer({ code, status, message, data }: FakeRefusal): RawAnswer {
  const shape = { message, code: -32_000 - (status % 100), data: { code, httpStatus: status, path: '', ...data } }
  return asJson(status, [{ error: superjson.serialize(shape) }])
}
