/**
 * Assembles a client: edge-link.ts (cancellation) → retry-policy.ts → auth-policy.ts → check-link.ts (on Node) → send-link.ts (batches,
 * subscriptions), on top of guarded-fetch.ts and exchange.ts.
 */

import type { AppRouter } from '@osa/api/router-type'
import { createTRPCClient, type TRPCClient } from '@trpc/client'
import { authPolicy } from './auth-policy.ts'
import { checkLink } from './check-link.ts'
import { type AnyClientOptions, createConnector, type Surroundings } from './connection.ts'
import { edgeLink } from './edge-link.ts'
import { repeatingLink } from './repeating-link.ts'
import { retryPolicy } from './retry-policy.ts'
import { sendLink } from './send-link.ts'

/** A typed client for the procedures of a node, with three extra members. When a call fails, it rejects with an `OsaError`. */
export type OsaClient = TRPCClient<AppRouter> & {
  /** Returns the node's canonical address. Rejects with `no_server`, or another code of `resolveServer`, if it cannot find one. */
  $server(): Promise<string>
  /**
   * Returns the access token that the next call would carry, renewed first if necessary; null for none. Use it for requests that do not go
   * through this client.
   */
  $auth(): Promise<string | null>
  /** Closes the client for good: its calls and subscriptions reject with `aborted`, now and later. */
  $close(): void
}

/** Creates a client. Nothing is sent or read before the first call. */
export function createClient(options: AnyClientOptions, surroundings: Surroundings | null): OsaClient {
  const closing = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, closing.signal]) : closing.signal
  const onEvent = options.onEvent ?? (() => undefined)
  const connect = createConnector(options, surroundings, { onEvent, signal })
  const typed = createTRPCClient<AppRouter>({
    links: [
      edgeLink(signal),
      repeatingLink(retryPolicy(options.retry, { onEvent, random: Math.random })),
      repeatingLink(authPolicy(async () => (await connect()).tokens, typeof options.auth === 'string')),
      ...(surroundings ? [checkLink(surroundings.loadCheck, async () => (await connect()).server)] : []),
      sendLink(connect),
    ],
  })
  const own: Record<PropertyKey, unknown> = {
    $server: async () => (await connect()).server,
    $auth: async () => {
      const { tokens } = await connect()
      await tokens.obtain()
      return tokens.current()
    },
    $close: () => closing.abort(),
  }
  return new Proxy(typed, {
    get: (target, key) => (Object.hasOwn(own, key) ? own[key] : Reflect.get(target, key)),
  }) as OsaClient
}
