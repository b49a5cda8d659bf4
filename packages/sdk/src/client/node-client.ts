/** Clients on Node.js, Bun and Deno: what a program does not say is looked up at the first call. Until then no Node built-in is loaded. */
import type { AnyClientOptions } from './connection.ts'
import { createClient, type OsaClient } from './create-client.ts'
import { onNode } from './on-node.ts'

/** Makes a client. */
export const createNodeClient = (options: AnyClientOptions): OsaClient =>
  createClient(options, {
    ...onNode,
    findServer: async (given) => (await import('./node-surroundings.ts')).findServer(given),
    findAuth: async (given) => (await import('./node-surroundings.ts')).findAuth(given),
  })
