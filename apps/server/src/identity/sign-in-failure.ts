/** Failures at a provider, as values. Their details are for the log: they name error codes and endpoints, but never contain what was sent (E12). */
import type { SignInFailure } from '@osa/core'
import { errors } from 'jose'
import * as client from 'openid-client'
import { UpstreamUnreachable } from './bounded-fetch.ts'

export const signInFailure = (failure: SignInFailure['failure'], detail: string): SignInFailure => ({ failure, detail })

/** openid-client's codes for missing or malformed answers, after which another try may succeed. */
const unreachableCodes = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
])

/** Turns an error of a sign-in into a failure. Rethrows errors that the provider did not cause, since they are defects. */
export function failureFrom(error: unknown): SignInFailure {
  if (error instanceof UpstreamUnreachable) return signInFailure('unreachable', error.message)
  if (error instanceof client.AuthorizationResponseError) return deniedOrNot(error.error)
  if (error instanceof client.ResponseBodyError) {
    return signInFailure('rejected', `the token endpoint refused with ${error.status} ${wireCode(error.error)}`)
  }
  if (error instanceof client.WWWAuthenticateChallengeError) {
    return signInFailure(
      'rejected',
      `the token endpoint answered ${error.status}: it does not accept our client credentials`,
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

/** Turns an error that came back through the browser (RFC 6749 §4.1.2.1) into a failure. Only `access_denied` means that a person declined (E08). */
function deniedOrNot(code: string): SignInFailure {
  if (code === 'access_denied') return signInFailure('denied', 'the person declined at the provider')
  const passing = code === 'server_error' || code === 'temporarily_unavailable'
  return signInFailure(passing ? 'unreachable' : 'rejected', `the provider answered ${wireCode(code)}`)
}

/** An error code that the provider sent, if it is well-formed. */
const wireCode = (code: string): string => (/^[a-z_]{1,50}$/.test(code) ? code : 'an unreadable error code')

/** openid-client has the precise message in the cause; both are fixed texts of the library. */
const reason = ({ code, message, cause }: client.ClientError): string =>
  `${code ?? 'error'}: ${cause instanceof Error ? cause.message : message}`
