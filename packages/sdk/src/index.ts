/**
 * @osa/sdk for every runtime: browsers, workers, the edge. Uses no Node built-ins. index.node.ts adds the defaults for Node.
 *
 * client/        createOsaClient: typed calls of a node's procedures; start at create-client.ts
 * errors.ts      OsaError, the only error class, and the closed set of its codes
 * server-url.ts  the canonical form of server addresses
 */
import { createClient, type OsaClient } from './client/create-client.ts'
import type { OsaClientOptions } from './client/options.ts'

export type { OsaClientOptions } from './client/options.ts'
export * from './isomorphic.ts'

/** The compiler prints this type as a message when code for browsers calls without options, which is allowed only on Node.js, Bun and Deno. */
type BrowsersMustNameServerAndAuth =
  'A browser must give { server, auth }. For Node.js, Bun or Deno: set "customConditions": ["node"] in compilerOptions'

/**
 * Creates a client for a node. In browsers, both `server` and `auth` are required. Throws `invalid_server_url` and `insecure_http` at once;
 * nothing is sent before the first call.
 *
 * On Node.js, Bun and Deno, both are optional. If TypeScript shows you this text there, it does not know the runtime
 * (`moduleResolution: bundler`): set `"customConditions": ["node"]` in `compilerOptions`.
 */
export function createOsaClient(options: OsaClientOptions): OsaClient
/** Never matches. Without this overload, the compiler would only report a wrong number of arguments. */
export function createOsaClient(this: BrowsersMustNameServerAndAuth): OsaClient
export function createOsaClient(options: Partial<OsaClientOptions> = {}): OsaClient {
  return createClient(options, null)
}
