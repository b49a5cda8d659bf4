/** The options of a client. */
import type { ErrorCode } from '../errors.ts'
import type { AuthOption } from './token-provider.ts'

/** How long a request may take by default, in milliseconds. */
export const defaultTimeoutMs = 30_000

/** The parts of a request that may appear in a log. */
export interface RequestMade {
  readonly method: string
  /** The URL without its query. */
  readonly url: string
  /** The names of the procedures that the request calls; empty for requests that are not tRPC's. */
  readonly procedures: readonly string[]
}

/** Something a client did, for logs. Never holds a token, an input or an output. */
export type ClientEvent =
  | ({ readonly type: 'request' } & RequestMade)
  | ({
      readonly type: 'response'
      readonly status: number
      readonly elapsedMs: number
      readonly requestId: string | null
      /** The response's `Date` header: the server's clock. */
      readonly date: string | null
    } & RequestMade)
  /** No answer came, or it could not be read to its end. */
  | ({ readonly type: 'failure'; readonly code: ErrorCode; readonly elapsedMs: number } & RequestMade)
  | {
      readonly type: 'retry'
      readonly procedure: string
      /** The number of the next attempt: 2 for the first repeat. */
      readonly attempt: number
      readonly delayMs: number
      readonly code: ErrorCode
    }
  | { readonly type: 'refresh'; readonly server: string }
  | { readonly type: 'auth_failed'; readonly server: string; readonly code: ErrorCode }

/** How often a query is tried. Mutations are not retried: nodes have no idempotency keys, so a mutation could take effect twice. */
export interface RetryOptions {
  /** The total number of attempts, including the first. 3 by default. */
  readonly attempts?: number | undefined
  /** The longest pause before a retry, in milliseconds. If `Retry-After` asks for more, the call fails instead. 10 000 by default. */
  readonly maxDelayMs?: number | undefined
}

/** The options that do not depend on the runtime. */
export interface ClientOptions {
  /** The `fetch` to send requests with, for a proxy or a test, for example. The global one by default. */
  readonly fetch?: typeof fetch | undefined
  /** How long a request may take, including reading its answer, in milliseconds. 30 000 by default. Subscriptions have no time limit. */
  readonly timeoutMs?: number | undefined
  /** How queries are retried on 429, 502, 503, 504 and when no answer comes; `false` turns retries off. */
  readonly retry?: false | RetryOptions | undefined
  /** Appended to the `User-Agent` header, after `osa-sdk/<version> node/<version>`. Ignored in browsers, which send their own. */
  readonly userAgent?: string | undefined
  /** Called for each request, response, failure, retry and token renewal. It must not throw. */
  readonly onEvent?: ((event: ClientEvent) => void) | undefined
  /** Closes the client for good when it fires: all calls then reject with `aborted`. */
  readonly signal?: AbortSignal | undefined
  /** Allows http:// to hosts other than this machine. Everyone on the network path can then read the token. */
  readonly allowHttp?: boolean | undefined
}

/** The options of `createOsaClient` in browsers, workers and edge runtimes, where `server` and `auth` have no defaults. */
export interface OsaClientOptions extends ClientOptions {
  /** The node's address. */
  readonly server: string | URL
  /** How calls are signed. There is no default, because a web page must not store tokens itself. */
  readonly auth: AuthOption
}

/** The options of `createOsaClient` on Node.js, Bun and Deno. All of them are optional. */
export interface OsaNodeClientOptions extends ClientOptions {
  /** The node's address. Defaults to `OSA_SERVER`, then to the folder's link (`.osa/config.json`). Without either, calls fail with `no_server`. */
  readonly server?: string | URL | undefined
  /** How calls are signed. Defaults to `OSA_TOKEN` if it is set, else to the login that `osa login` saved. */
  readonly auth?: AuthOption | undefined
}
