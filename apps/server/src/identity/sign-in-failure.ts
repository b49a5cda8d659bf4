/** What went wrong at a provider, as a value. Details are for the log: they name codes and endpoints, never what was sent (E12). */
import type { SignInFailure } from '@osa/core'
import { errors } from 'jose'
import * as client from 'openid-client'
import { UpstreamUnreachable } from './bounded-fetch.ts'

export const signInFailure = (failure: SignInFailure['failure'], detail: string): SignInFailure => ({ failure, detail })

/** openid-client's codes for an answer that is not one: another try may fare better. */
const unreachableCodes = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
])

/** Sorts what a sign-in threw; what is none of the provider's doing is a defect and thrown on. */
export function failureFrom(error: unknown): SignInFailure {
  if (error instanceof UpstreamUnreachable) return signInFailure('unreachable', error.message)
  if (error instanceof client.AuthorizationResponseError) return deniedOrNot(error.error)
  if (error instanceof client.ResponseBodyError) {
    return signInFailure('rejected', `the token endpoint refused with ${error.status} ${wireCode(error.error)}`)
  }
  if (error instanceof client.WWWAuthenticateChallengeError) {
    return signInFailure(
      'rejected',
      `the token endpoint answered ${error.status}: it does not take our client credentials`,
    )
  }
  if (error instanceof client.ClientError) {
    if (error.cause instanceof UpstreamUnreachable) return failureFrom(error.cause)
    const unreachable = unreachableCodes.has(error.code ?? '')
    return signInFailure(unreachable ? 'unreachable' : 'rejected', reason(error))
  }
  if (error instanceof errors.JOSEError) return signInFailure('rejected', `ID token: ${error.code}`)
  throw error
}

/** An error that came back through the browser (RFC 6749 §4.1.2.1). Only `access_denied` is a person's no (E08). */
function deniedOrNot(code: string): SignInFailure {
  if (code === 'access_denied') return signInFailure('denied', 'the person declined at the provider')
  const passing = code === 'server_error' || code === 'temporarily_unavailable'
  return signInFailure(passing ? 'unreachable' : 'rejected', `the provider answered ${wireCode(code)}`)
}

/** An error code from outside, if it looks like one. */
const wireCode = (code: string): string => (/^[a-z_]{1,50}$/.test(code) ? code : 'an unreadable error code')

/** openid-client hides the precise sentence in the cause; both are fixed texts of the library. */
const reason = ({ code, message, cause }: client.ClientError): string =>
  `${code ?? 'error'}: ${cause instanceof Error ? cause.message : message}`
