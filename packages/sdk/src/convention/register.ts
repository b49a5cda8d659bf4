/** Registers conventions on a node in one call, all of them or none (`conventions.deploy`). */
import type { DeployRefusal } from '@osa/contract'
import type { OsaCallError } from '../client/call-error.ts'
import type { OsaClient } from '../client/create-client.ts'
import { repeatIf } from '../client/repeat-if.ts'
import { durationText } from '../duration.ts'
import { isOsaError, OsaError, type OsaErrorOptions } from '../errors.ts'
import type { Convention, Hook, Ingester, Issue, Release } from './convention.ts'

type Pinned<Container> = Omit<Container, 'build' | 'release'> & { release: Release }

/** A convention in the form that a node accepts: every image is pinned by its digest. */
export interface PinnedConvention extends Omit<Convention, 'hooks' | 'ingester'> {
  hooks: Pinned<Hook>[]
  ingester?: Pinned<Ingester> | null | undefined
}

/** A convention as the node has registered it. */
export interface RegisteredConvention {
  slug: string
  title: string
  schema_id: { id: string; version: string }
  /** 1 for the first content, then one more each time the content under this slug changes. */
  version: number
  /** False if the node already had this content. */
  changed: boolean
}

/** Why an account may not deploy: it lacks a role, its login lacks the scope, or a reason of the node (`said`). */
export type NotAllowed = { neededRoles: readonly string[] } | { missingScope: string } | { said: string }

/** The outcome of `registerConventions`. */
export type Registered = { registered: RegisteredConvention[] } | { issues: Issue[] } | { notAllowed: NotAllowed }

function notAllowed(refusal: DeployRefusal | undefined, message: string): NotAllowed {
  if (refusal?.error === 'forbidden') return { neededRoles: refusal.needed_roles }
  if (refusal?.error === 'insufficient_scope') return { missingScope: refusal.scope }
  return { said: message }
}

/** Creates the error for a limit of the node. If `seconds` is null, waiting does not help. */
const limited = (error: OsaError, seconds: number | null): OsaError =>
  new OsaError('rate_limited', `${error.server} registered nothing: ${error.message}`, {
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

/** Rewords an error for a deploy where that makes it clearer. `isFromNode` says that the node itself answered, not a proxy. */
function failure(error: OsaError, refusal: DeployRefusal | undefined, isFromNode: boolean): OsaError {
  const { server, status, message } = error
  if (status === 404 && error.code !== 'html_response') {
    const hint = 'The archive runs an older version: deploy with the original Python osa, or tell its administrator'
    return new OsaError('not_an_osa_server', `${server} doesn't support this kind of deploy`, {
      ...aboutOf(error),
      hint,
    })
  }
  if (status === 413) {
    const hint = 'Deploy fewer of them at once'
    return new OsaError('deploy_rejected', `The conventions are too large for ${server}`, { ...aboutOf(error), hint })
  }
  if (refusal?.error === 'limited') return limited(error, refusal.retry_after_seconds)
  if (isFromNode && status === 400) {
    return new OsaError('deploy_rejected', `${server} refused the conventions: ${message}`, aboutOf(error))
  }
  return error
}

/**
 * Registers conventions in one call: the node registers all of them or none. Returns what was registered, the issues in the conventions, or why
 * this account may not deploy. Registering the same content again changes nothing, so a repeat is safe; `mayRepeat` decides after which failures
 * the call is repeated (once). Throws `rate_limited`, `deploy_rejected`, `not_an_osa_server`, and the errors of the client's calls.
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
