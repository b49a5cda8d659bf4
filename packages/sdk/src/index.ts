/**
 * @osa/sdk for every runtime: browsers, workers, the edge. No Node built-ins; what Node adds is in index.node.ts.
 *
 * client/        createOsaClient: typed calls of a node's procedures; start at create-client.ts
 * errors.ts      OsaError, the one error class, and the closed set of its codes
 * server-url.ts  one spelling for each server
 */
import { createClient, type OsaClient } from './client/create-client.ts'
import type { OsaClientOptions } from './client/options.ts'

export type { OsaClientOptions } from './client/options.ts'
export * from './isomorphic.ts'

/** A message: the compiler prints this type where a call without options, which Node.js, Bun and Deno allow, is compiled for a page. */
type BrowsersMustNameServerAndAuth =
  'A browser must give { server, auth }. For Node.js, Bun or Deno: set "customConditions": ["node"] in compilerOptions'

/**
 * Makes a client for one node. Here both the server and how calls are signed must be said. Throws `invalid_server_url` and
 * `insecure_http` at once; nothing is sent before the first call.
 *
 * For Node.js, Bun or Deno, where both may be left out? A compiler with `moduleResolution: bundler` knows no runtime: say
 * `"customConditions": ["node"]` in its `compilerOptions`.
 */
export function createOsaClient(options: OsaClientOptions): OsaClient
/** Never matches: without it the compiler would only count arguments. */
export function createOsaClient(this: BrowsersMustNameServerAndAuth): OsaClient
export function createOsaClient(options: Partial<OsaClientOptions> = {}): OsaClient {
  return createClient(options, null)
}
