/** Sends one refresh, and decides what to do if its answer is lost. The caller saves the tokens. */
import type { TokenResponse } from '@osa/contract'
import type { OsaClient } from '../client/create-client.ts'
import { isIssuer } from '../client/issuer.ts'
import type { Network } from '../client/network.ts'
import { repeatIf } from '../client/repeat-if.ts'
import { isOsaError, OsaError } from '../errors.ts'
import { randomHex } from './random-hex.ts'

const refreshTimeoutMs = 15_000

/** The outcome of a refresh: tokens, the server's final refusal with its reason, or a failure that leaves the session as it is. */
export type Refreshed = { tokens: TokenResponse } | { refused: string } | { failed: OsaError }

const finalErrors: readonly string[] = ['invalid_grant', 'invalid_client', 'unauthorized_client']

/** Whether the server promises to repeat its answer to a refresh. A document that names another issuer does not count (RFC 8414 §3.3). */
async function isGraceOffered(osa: OsaClient, server: string): Promise<boolean> {
  try {
    const document = await osa.server.info.query()
    return isIssuer(document, server) && document.refresh_reuse_grace_seconds > 0
  } catch (error) {
    // The failure of the refresh itself is reported, not this one.
    if (isOsaError(error)) return false
    throw error
  }
}

const tryAgain = "Try again in a moment; if the problem persists, tell the archive's administrator"

/** Makes `html_response` retryable: this server has worked before, so the page comes from a proxy and may be gone at the next try. */
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
 * Sends a refresh (RFC 6749 §6). If its answer is lost, the server may already have rotated the token, and a repeat with the old one looks like
 * theft. So it is repeated only if the server promises to repeat its answer.
 */
export async function refresh(network: Network, server: string, refreshToken: string): Promise<Refreshed> {
  try {
    const osa = await network.connect(server, { timeoutMs: refreshTimeoutMs })
    const isHarmless = (error: OsaError) =>
      isOsaError(error, 'timeout', 'connection_failed') && isGraceOffered(osa, server)
    const context = repeatIf(isHarmless)
    // lets the server recognize a repeat as ours, even from another network
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
