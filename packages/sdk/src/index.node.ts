/**
 * @osa/sdk on Node.js, Bun and Deno: as index.ts, and what a program does not say is looked up at the first call. Until then no Node
 * built-in is loaded.
 */
import type { Surroundings } from './client/connection.ts'
import { createClient, type OsaClient } from './client/create-client.ts'
import type { OsaNodeClientOptions } from './client/options.ts'
import { version } from './client/version.ts'

export type { OsaNodeClientOptions as OsaClientOptions } from './client/options.ts'
export * from './isomorphic.ts'

const surroundings: Surroundings = {
  userAgent: `osa-sdk/${version} node/${process.versions.node}`,
  findServer: async (options) => (await import('./client/node-surroundings.ts')).findServer(options),
  findAuth: async (options) => (await import('./client/node-surroundings.ts')).findAuth(options),
}

/**
 * Makes a client for a node. Without `server`: `OSA_SERVER`, else the link of the folder. Without `auth`: `OSA_TOKEN` where it may go,
 * else the login of `osa login`. A server that is given is checked at once; nothing is read or sent before the first call.
 */
export const createOsaClient = (options: OsaNodeClientOptions = {}): OsaClient => createClient(options, surroundings)
