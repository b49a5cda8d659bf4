/** One refresh, and what may be done when its answer is lost. Saving is the caller's. */

import { isOsaError, OsaError } from '../errors.ts'
import type { Tokens } from '../wire/answers.ts'
import type { Http } from '../wire/http.ts'
import { exchangeRefreshToken, fetchServerDocument } from '../wire/v1.ts'

const refreshTimeoutMs = 15_000

/** What a refresh came to: tokens, the server's final no, or a failure that decides nothing. */
export type Refreshed = { tokens: Tokens } | { refused: string } | { failed: unknown }

const isAmbiguous = (error: unknown): boolean => isOsaError(error, 'timeout', 'connection_failed')

const isGraceOffered = async (http: Http, server: string): Promise<boolean> => {
  try {
    return (await fetchServerDocument(http, { server, timeoutMs: refreshTimeoutMs })).refreshReuseGraceSeconds > 0
  } catch (error) {
    // A server that cannot say so does not offer it; the first failure is the one to report.
    if (error instanceof OsaError) return false
    throw error
  }
}

/**
 * One refresh. After a request that may have arrived without its answer the server may already have rotated: asking again with the same
 * token looks like theft, except where the server promises to repeat its answer.
 */
export const refresh = async (http: Http, server: string, refreshToken: string): Promise<Refreshed> => {
  const attempt = async (): Promise<Refreshed> => {
    try {
      return await exchangeRefreshToken(http, { server, refreshToken, timeoutMs: refreshTimeoutMs })
    } catch (error) {
      return { failed: error }
    }
  }
  const first = await attempt()
  if (!('failed' in first) || !isAmbiguous(first.failed)) return first
  return (await isGraceOffered(http, server)) ? await attempt() : first
}
