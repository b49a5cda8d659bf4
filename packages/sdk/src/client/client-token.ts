/** The access token of one client. Concurrent calls share one request for it, and one renewal when the node rejects it. */
import { isOsaError, OsaError } from '../errors.ts'
import { toCallError } from './call-error.ts'
import type { ClientEvent } from './options.ts'
import type { TokenContext, TokenProvider } from './token-provider.ts'
import { checkedToken, checkTokenGoesTo } from './token-rule.ts'

/** A client's access token, shared by its calls. */
export interface ClientToken {
  /** Gets a token that should be valid and makes it the `current` one. Concurrent callers share one request to the provider. */
  obtain(): Promise<void>
  /** Replaces a rejected token, once for all calls it was rejected for. Resolves to false when there is no newer one. */
  renew(rejected: string): Promise<boolean>
  /** The token that the next request carries; null for none. */
  current(): string | null
}

/** Turns whatever a provider throws (a vault's own error, for example) into an OsaError. */
const providerFailure = (error: unknown, server: string): unknown =>
  isOsaError(error)
    ? error
    : new OsaError('not_authenticated', 'The token provider failed', {
        server,
        cause: error,
        hint: 'See the cause of this error',
      })

/** Creates the token of one client, obtained from `provider` for one server. */
export function createClientToken(
  provider: TokenProvider,
  context: TokenContext,
  onEvent: (event: ClientEvent) => void,
): ClientToken {
  const { server } = context
  let token: string | null = null
  let refused: { token: string; successor: string | null } | null = null
  let obtaining: Promise<void> | null = null
  let renewing: Promise<boolean> | null = null

  const checked = (given: string | null | undefined): string | null => {
    if (given === null || given === undefined) return null
    if (!provider.isBoundToServer) checkTokenGoesTo(given, context)
    return checkedToken(given, 'The token')
  }

  const ask = async <T>(question: () => Promise<T> | T): Promise<T> => {
    try {
      return await question()
    } catch (error) {
      const failure = providerFailure(error, server)
      onEvent({ type: 'auth_failed', server, code: toCallError(failure, server).code })
      throw failure
    }
  }

  const obtain = async (): Promise<void> => {
    const given = checked(await ask(() => provider.getToken(context)))
    // A provider that was asked before a renewal may answer after it, with the token that has been rejected meanwhile.
    token = given !== null && given === refused?.token ? refused.successor : given
  }

  const renew = async (rejected: string): Promise<boolean> => {
    if (token !== rejected && token !== null) return true
    const successor = checked(await ask(() => provider.onUnauthorized?.({ ...context, rejectedToken: rejected })))
    if (successor === null || successor === rejected) {
      onEvent({ type: 'auth_failed', server, code: 'not_authenticated' })
      return false
    }
    refused = { token: rejected, successor }
    token = successor
    onEvent({ type: 'refresh', server })
    return true
  }

  return {
    current: () => token,
    obtain: () => {
      obtaining ??= obtain().finally(() => {
        obtaining = null
      })
      return obtaining
    },
    renew: (rejected) => {
      renewing ??= renew(rejected).finally(() => {
        renewing = null
      })
      return renewing
    },
  }
}
