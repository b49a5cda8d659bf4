/** @osa/sdk on Node.js, Bun and Deno: as index.ts, and what a program does not say is looked up at the first call. */
import type { OsaClient } from './client/create-client.ts'
import { createNodeClient } from './client/node-client.ts'
import type { OsaNodeClientOptions } from './client/options.ts'

export type { OsaNodeClientOptions as OsaClientOptions } from './client/options.ts'
export * from './isomorphic.ts'

/**
 * Makes a client for a node. Without `server`: `OSA_SERVER`, else the link of the folder. Without `auth`: `OSA_TOKEN` where it may go,
 * else the login of `osa login`. A server that is given is checked at once; nothing is read or sent before the first call.
 */
export const createOsaClient = (options: OsaNodeClientOptions = {}): OsaClient => createNodeClient(options)
