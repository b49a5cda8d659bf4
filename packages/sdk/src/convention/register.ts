/** Registers conventions at a node: one call, all of them or none (`conventions.deploy`). */
import type { DeployRefusal } from '@osa/contract'
import type { OsaCallError } from '../client/call-error.ts'
import type { OsaClient } from '../client/create-client.ts'
import { repeatIf } from '../client/repeat-if.ts'
import { durationText } from '../duration.ts'
import { isOsaError, OsaError, type OsaErrorOptions } from '../errors.ts'
import type { Convention, Hook, Ingester, Issue, Release } from './convention.ts'

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
export type Registered = { registered: RegisteredConvention[] } | { issues: Issue[] } | { notAllowed: NotAllowed }

function notAllowed(refusal: DeployRefusal | undefined, message: string): NotAllowed {
  if (refusal?.error === 'forbidden') return { neededRoles: refusal.needed_roles }
  if (refusal?.error === 'insufficient_scope') return { missingScope: refusal.scope }
  return { said: message }
}

/** Too much in too little time; without `seconds` waiting does not help. */
const limited = (error: OsaError, seconds: number | null): OsaError =>
  new OsaError('rate_limited', `${error.server} took nothing: ${error.message}`, {
    ...aboutOf(error),
    retryable: seconds !== null,
    ...(seconds === null ? {} : { retryAfterMs: seconds * 1000 }),
    hint: seconds === null ? "Tell the archive's administrator" : `Try again in ${durationText(seconds)}`,
  })

const aboutOf = ({ server, status, details, issues }: OsaError): OsaErrorOptions => ({
  details,
  ...(issues === undefined ? {} : { issues }),
  ...(server === undefined ? {} : { server }),
  ...(status === undefined ? {} : { status }),
})

/** What nobody but the server's people, or a change of the conventions, can fix, in the words of a deploy. */
function failure(error: OsaError, refusal: DeployRefusal | undefined, isWordOfNode: boolean): OsaError {
  const { server, status, message } = error
  if (status === 404 && error.code !== 'html_response') {
    const hint = 'The archive runs an older version: deploy with the original Python osa, or tell its administrator'
    return new OsaError('not_an_osa_server', `${server} knows no deploy over this wire`, { ...aboutOf(error), hint })
  }
  if (status === 413) {
    const hint = 'Deploy fewer of them at once'
    return new OsaError('deploy_rejected', `The conventions are too large for ${server}`, { ...aboutOf(error), hint })
  }
  if (refusal?.error === 'limited') return limited(error, refusal.retry_after_seconds)
  if (isWordOfNode && status === 400) {
    return new OsaError('deploy_rejected', `${server} refused the conventions: ${message}`, aboutOf(error))
  }
  return error
}

/**
 * Sends all conventions in one call; a node registers all of them or none, and the same content again changes nothing, so that a repeat is
 * always safe: `mayRepeat` says after which failures there is one. Answers what was registered, the issues, or why this account may not.
 * Throws what the client's calls throw, `rate_limited`, `deploy_rejected` and `not_an_osa_server`.
 */
export async function registerConventions(
  osa: OsaClient,
  conventions: readonly PinnedConvention[],
  { mayRepeat = () => false }: { mayRepeat?: (error: OsaError) => boolean } = {},
): Promise<Registered> {
  try {
    const context = repeatIf(mayRepeat)
    const outcome = await osa.conventions.deploy.mutate({ conventions: [...conventions] }, { context })
    if ('issues' in outcome) return { issues: outcome.issues }
    const registered = outcome.conventions.map(({ slug, title, schema_id, version, changed }) => ({
      ...{ slug, title, schema_id, version, changed },
    }))
    return { registered }
  } catch (error) {
    if (!isOsaError(error)) throw error
    const { data = null } = error as Partial<Pick<OsaCallError, 'data'>>
    if (data && error.code === 'forbidden') return { notAllowed: notAllowed(data.refusal, error.message) }
    throw failure(error, data?.refusal, data !== null)
  }
}
