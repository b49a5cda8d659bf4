/** The access token of one client: asked for once by all calls of a moment, renewed once when it is refused. */
import { isOsaError, OsaError } from '../errors.ts'
import { toCallError } from './call-error.ts'
import type { ClientEvent } from './options.ts'
import type { TokenContext, TokenProvider } from './token-provider.ts'
import { checkedToken, checkTokenGoesTo } from './token-rule.ts'

/** What the calls of a client need of their token. */
export interface ClientToken {
  /** Makes `current` a token that should be valid; one question to the provider for all that ask meanwhile. */
  obtain(): Promise<void>
  /** Replaces a refused token, once for all that were refused. False when there is no newer one. */
  renew(rejected: string): Promise<boolean>
  /** What the next request carries. */
  current(): string | null
}

/** What a provider throws that is no OsaError, a vault's own error for example, is still a reason of ours. */
const providerFailure = (error: unknown, server: string): unknown =>
  isOsaError(error)
    ? error
    : new OsaError('not_authenticated', 'The token provider failed', {
        server,
        cause: error,
        hint: 'Look at the cause',
      })

/** Keeps the token of `provider` for one server. */
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
    // A provider that was asked before it renewed may answer late, with what has been refused since.
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
