/** Clients on Node.js, Bun and Deno: what a program does not say is looked up at the first call. Until then no Node built-in is loaded. */
import type { AnyClientOptions, Surroundings } from './connection.ts'
import { createClient, type OsaClient } from './create-client.ts'
import { nodeNetworkError } from './node-network-error.ts'
import { version } from './version.ts'

const surroundings: Surroundings = {
  userAgent: `osa-sdk/${version} node/${process.versions.node}`,
  findServer: async (options) => (await import('./node-surroundings.ts')).findServer(options),
  findAuth: async (options) => (await import('./node-surroundings.ts')).findAuth(options),
  explain: nodeNetworkError,
  loadCheck: async () => (await import('./received.ts')).checkAnswer,
}

/** Makes a client. `moreTime`: see `Surroundings`. */
export const createNodeClient = (
  options: AnyClientOptions,
  { moreTime }: { moreTime?: string | undefined } = {},
): OsaClient => createClient(options, { ...surroundings, moreTime })
