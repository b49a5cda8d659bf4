/** Registers conventions at a node: one call, all of them or none (`conventions.deploy` of the typed wire, over the one door to the network). */
import { deployedConvention, deployRefusal, invalidConvention } from '@osa/contract'
import { durationText } from '../duration.ts'
import { OsaError } from '../errors.ts'
import { cleanText } from '../text.ts'
import type { Http, HttpAnswer } from '../wire/http.ts'
import { exchangeLine, unexpectedAnswer } from '../wire/unexpected-answer.ts'
import type { Convention, Gap, Hook, Ingester, Release } from './convention.ts'

type Pinned<Container> = Omit<Container, 'build' | 'release'> & { release: Release }

/** A convention as a node takes it: every image is pinned by its digest. */
export interface PinnedConvention extends Omit<Convention, 'hooks' | 'ingester'> {
  hooks: Pinned<Hook>[]
  ingester?: Pinned<Ingester> | null | undefined
}

/** A convention as the node has it now. */
export interface RegisteredConvention {
  slug: string
  title: string
  schema_id: { id: string; version: string }
  /** 1 for the first content, one more for each other content under the same slug. */
  version: number
  /** False when the same content was there already and nothing was written. */
  changed: boolean
}

/** Why a person's account may not deploy: a role that is missing, or a login without the scope. */
export type NotAllowed = { neededRoles: readonly string[] } | { missingScope: string } | { said: string }

/** What registering came to. */
export type Registered =
  | { registered: RegisteredConvention[] }
  | { gaps: Gap[] }
  | { notAllowed: NotAllowed }
  | { rejected: string; headers: Headers }

/** Where conventions are registered. */
export const deployPath = '/trpc/conventions.deploy'

const registered = deployedConvention.pick({ slug: true, title: true, schema_id: true, version: true, changed: true })

const property = (value: unknown, ...keys: string[]): unknown =>
  keys.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[key] : undefined),
    value,
  )

const readOutcome = (answer: HttpAnswer): Registered => {
  // superjson's envelope: what is read here are plain JSON values, so that its notes on other types are not needed
  const outcome = property(answer.json, 'result', 'data', 'json')
  const invalid = invalidConvention.safeParse(outcome)
  if (invalid.success) return { gaps: invalid.data.gaps }
  const conventions = registered.array().safeParse(property(outcome, 'conventions'))
  if (conventions.success) return { registered: conventions.data }
  throw unexpectedAnswer(answer)
}

const readForbidden = (refusal: unknown, message: string): NotAllowed => {
  const known = deployRefusal.safeParse(refusal)
  if (known.success && known.data.error === 'forbidden') return { neededRoles: known.data.needed_roles }
  if (known.success && known.data.error === 'insufficient_scope') return { missingScope: known.data.scope }
  return { said: message }
}

const limited = (answer: HttpAnswer, refusal: unknown, message: string): OsaError => {
  const known = deployRefusal.safeParse(refusal)
  const seconds = known.success && known.data.error === 'limited' ? known.data.retry_after_seconds : null
  return new OsaError('rate_limited', `${answer.server} took nothing: ${message}`, {
    server: answer.server,
    status: answer.status,
    retryable: seconds !== null,
    ...(seconds === null ? {} : { retryAfterMs: seconds * 1000 }),
    hint: seconds === null ? "Tell the archive's administrator" : `Try again in ${durationText(seconds)}`,
  })
}

/** What nobody but the server's people, or a change of the conventions, can mend. `said`: in the words of the typed wire. */
const failure = (answer: HttpAnswer, said: { message: string; refusal: unknown } | null): OsaError => {
  const { server, status } = answer
  const options = { server, status, details: [exchangeLine(answer)] }
  const hint = 'The archive runs an older version: deploy with the original Python osa, or tell its administrator'
  if (status === 404 && answer.json !== undefined) {
    return new OsaError('not_an_osa_server', `${server} knows no deploy over this wire`, { ...options, hint })
  }
  if (status === 413) {
    const fewer = 'Deploy fewer of them at once'
    return new OsaError('deploy_rejected', `The conventions are too large for ${server}`, { ...options, hint: fewer })
  }
  if (said && status === 429) return limited(answer, said.refusal, said.message)
  if (said && status === 400) {
    return new OsaError('deploy_rejected', `${server} refused the conventions: ${said.message}`, options)
  }
  return unexpectedAnswer(answer)
}

const refused = (answer: HttpAnswer): Registered => {
  if (answer.status === 401) return { rejected: 'invalid_token', headers: answer.headers }
  // a proxy may refuse as well, in words of its own: those of the archive come in this envelope
  const error = property(answer.json, 'error', 'json')
  const message = property(error, 'message')
  const said = typeof message === 'string' ? cleanText(message, 300) : ''
  const refusal = property(error, 'data', 'refusal')
  if (error !== undefined && answer.status === 403) return { notAllowed: readForbidden(refusal, said) }
  throw failure(answer, error === undefined ? null : { message: said, refusal })
}

/**
 * Sends all conventions in one call; a node registers all of them or none, and the same content again changes nothing, so that a repeat is
 * always safe. Answers what was registered, the gaps, why this account may not, or that the token was refused. Throws the network's codes,
 * `rate_limited`, `deploy_rejected` and `not_an_osa_server`.
 */
export const registerConventions = async (
  http: Http,
  call: {
    server: string
    accessToken: string
    conventions: readonly PinnedConvention[]
    signal?: AbortSignal | undefined
  },
): Promise<Registered> => {
  const { accessToken, conventions, ...rest } = call
  const json = { json: { conventions } }
  const answer = await http({ ...rest, method: 'POST', path: deployPath, bearer: accessToken, json })
  return answer.status === 200 ? readOutcome(answer) : refused(answer)
}
