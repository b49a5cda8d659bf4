/** @osa/sdk on Node.js, Bun and Deno: like index.ts, with defaults for server and login. Loads no Node built-in before the first call. */
import { createClient, type OsaClient } from './client/create-client.ts'
import { onNode } from './client/on-node.ts'
import type { OsaNodeClientOptions } from './client/options.ts'

export type { OsaNodeClientOptions as OsaClientOptions } from './client/options.ts'
export * from './isomorphic.ts'

/**
 * Creates a client for a node. `server` defaults to `OSA_SERVER`, then to the link of the folder. `auth` defaults to `OSA_TOKEN` if it is set,
 * else to the login saved by `osa login`.
 *
 * A given server is checked at once: throws `invalid_server_url` and `insecure_http`. Nothing is read or sent before the first call.
 */
export function createOsaClient(options: OsaNodeClientOptions = {}): OsaClient {
  return createClient(options, {
    ...onNode,
    findServer: async (given) => (await import('./client/resolve-server.ts')).resolveServer(given),
    findAuth: async (given) => (await import('./client/stored-credentials.ts')).defaultAuth(given),
  })
}
