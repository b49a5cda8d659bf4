/** One refresh, and what may be done when its answer is lost. Saving is the caller's. */
import type { TokenResponse } from '@osa/contract'
import type { OsaClient } from '../client/create-client.ts'
import { isIssuer } from '../client/issuer.ts'
import type { Network } from '../client/network.ts'
import { repeatIf } from '../client/repeat-if.ts'
import { isOsaError, OsaError } from '../errors.ts'
import { randomHex } from './random-hex.ts'

const refreshTimeoutMs = 15_000

/** What a refresh came to: tokens, the server's final no with its reason, or a failure that decides nothing. */
export type Refreshed = { tokens: TokenResponse } | { refused: string } | { failed: OsaError }

const finalErrors: readonly string[] = ['invalid_grant', 'invalid_client', 'unauthorized_client']

/** Whether the server promises to repeat its answer; one that names another issuer, or cannot say, does not (RFC 8414 §3.3). */
async function isGraceOffered(osa: OsaClient, server: string): Promise<boolean> {
  try {
    const document = await osa.server.info.query()
    return isIssuer(document, server) && document.refresh_reuse_grace_seconds > 0
  } catch (error) {
    // The first failure is the one to report.
    if (isOsaError(error)) return false
    throw error
  }
}

const tryAgain = "Try again in a moment; if the problem persists, tell the archive's administrator"

/** A login was made at this server: a page in place of its answer is a proxy's, which may be gone at the next try. */
const asRetryable = (error: OsaError): OsaError =>
  error.code === 'html_response' ? new OsaError(error.code, error.message, { ...known(error), retryable: true }) : error

const known = ({ server, status, hint, details, requestId }: OsaError) => ({
  hint,
  details,
  ...(server === undefined ? {} : { server }),
  ...(status === undefined ? {} : { status }),
  ...(requestId === undefined ? {} : { requestId }),
})

/**
 * One refresh (RFC 6749 §6). After a request that may have arrived without its answer the server may already have rotated: asking again with
 * the same token looks like theft, except where the server promises to repeat its answer.
 */
export async function refresh(network: Network, server: string, refreshToken: string): Promise<Refreshed> {
  try {
    const osa = await network.connect(server, { timeoutMs: refreshTimeoutMs })
    const isHarmless = (error: OsaError) =>
      isOsaError(error, 'timeout', 'connection_failed') && isGraceOffered(osa, server)
    const context = repeatIf(isHarmless)
    // by this the server knows the repeat as ours, also when it comes from another network
    const attempt = randomHex(32)
    const outcome = await osa.session.refresh.mutate({ refresh_token: refreshToken, attempt }, { context })
    if (!('error' in outcome)) return { tokens: outcome }
    if (finalErrors.includes(outcome.error)) return { refused: outcome.reason ?? 'unknown' }
    const what = `${server} could not renew the session (${outcome.error})`
    return { failed: new OsaError('server_error', what, { server, retryable: true, hint: tryAgain }) }
  } catch (error) {
    if (!isOsaError(error)) throw error
    return { failed: asRetryable(error) }
  }
}
