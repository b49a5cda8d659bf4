/**
 * Being told of the decision on a login (`device.watch`, server-sent events) instead of waiting out an interval. It is a convenience: whatever
 * is wrong with the stream (a server without it, a proxy that holds it back or cuts it) is passed over, since the polls go on beside it.
 */
import type { Unsubscribable } from '@trpc/server/observable'
import type { Network } from '../client/network.ts'
import { isOsaError, OsaError } from '../errors.ts'
import type { PendingLogin } from './device-login.ts'

/** Connections made for one login at most, so that a server that keeps breaking them is left in peace. */
const maxConnections = 10

export interface DecisionWatch {
  /** Fires when the server says that the decision has fallen. Which one, only a poll tells. */
  readonly decided: AbortSignal
  /** Closes the stream. */
  stop(): void
}

/** A subscription is a GET, and its input stands in the URL: so it names the code by its SHA-256, which redeems nothing. */
async function hashOf({ deviceCode }: PendingLogin): Promise<string> {
  // the global `crypto`: importing node:crypto costs a fifth of a Node start, and only a login would need it
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(deviceCode))
  return Buffer.from(hash).toString('base64url')
}

/** A stream that breaks is opened again by itself, as long as this lets it. */
function limitedFetch(send: typeof fetch): typeof fetch {
  let connections = 0
  return async (input, init) => {
    connections++
    if (connections > maxConnections) throw new OsaError('not_an_osa_server', 'The stream breaks again and again')
    return await send(input, init)
  }
}

/** Opens the stream at once. Nothing is thrown for what happens to it. */
export function watchForDecision(options: {
  network: Network
  login: PendingLogin
  signal?: AbortSignal | undefined
}): DecisionWatch {
  const { network, login } = options
  const decided = new AbortController()
  const stopping = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, stopping.signal]) : stopping.signal

  const open = async (): Promise<Unsubscribable> => {
    const device_code_hash = await hashOf(login)
    const osa = await network.connect(login.server, { wrapFetch: limitedFetch })
    return osa.device.watch.subscribe(
      { device_code_hash },
      {
        signal,
        onData: (outcome) => {
          if (!('error' in outcome)) decided.abort()
        },
        // Broken for good, refused or closed by us: the polls find out by themselves whether the server is there.
        onError: () => undefined,
      },
    )
  }

  open().catch((error: unknown) => {
    if (!isOsaError(error)) throw error
  })
  return { decided: decided.signal, stop: () => stopping.abort() }
}
