/**
 * Learns of the decision on a login through an event stream (`device.watch`) instead of at the next poll. This is only a convenience: failures
 * of the stream (a server without it, a proxy that delays or cuts it) are ignored, since polling continues.
 */
import type { Unsubscribable } from '@trpc/server/observable'
import type { Network } from '../client/network.ts'
import { isOsaError, OsaError } from '../errors.ts'
import type { PendingLogin } from './device-login.ts'

/** The most connections per login, so that a server that keeps breaking them is not flooded. */
const maxConnections = 10

export interface DecisionWatch {
  /** Fires when the server announces the decision. Only a poll tells what it is. */
  readonly decided: AbortSignal
  /** Closes the stream. */
  stop(): void
}

/** A subscription is a GET with its input in the URL, so it names the device code by its SHA-256, which cannot be redeemed. */
async function hashOf({ deviceCode }: PendingLogin): Promise<string> {
  // the global `crypto`, because importing node:crypto takes a fifth of a Node start
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(deviceCode))
  return Buffer.from(hash).toString('base64url')
}

/** Limits the connections of a stream, which reconnects by itself when it breaks. */
function limitedFetch(send: typeof fetch): typeof fetch {
  let connections = 0
  return async (input, init) => {
    connections++
    if (connections > maxConnections) throw new OsaError('not_an_osa_server', 'The stream keeps breaking')
    return await send(input, init)
  }
}

/** Opens the stream at once. Failures of the stream are ignored. */
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
        // Broken for good, refused or closed by us. The polls report whether the server is reachable.
        onError: () => undefined,
      },
    )
  }

  open().catch((error: unknown) => {
    if (!isOsaError(error)) throw error
  })
  return { decided: decided.signal, stop: () => stopping.abort() }
}
