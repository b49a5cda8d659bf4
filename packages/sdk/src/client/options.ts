/** What a client may be told. */
import type { ErrorCode } from '../errors.ts'
import type { AuthOption } from './token-provider.ts'

/** How long a request may take when nobody says otherwise, in milliseconds. */
export const defaultTimeoutMs = 30_000

/** A request, as far as a log may know it. */
export interface RequestMade {
  readonly method: string
  /** Without its query. */
  readonly url: string
  /** The procedures that it calls; none for what is not tRPC's. */
  readonly procedures: readonly string[]
}

/** What a client does, for logs. Never holds a token, an input or an output. */
export type ClientEvent =
  | ({ readonly type: 'request' } & RequestMade)
  | ({
      readonly type: 'response'
      readonly status: number
      readonly elapsedMs: number
      readonly requestId: string | null
      /** The server's clock, as its `Date` header tells it. */
      readonly date: string | null
    } & RequestMade)
  /** No answer came, or none that was read to its end. */
  | ({ readonly type: 'failure'; readonly code: ErrorCode; readonly elapsedMs: number } & RequestMade)
  | {
      readonly type: 'retry'
      readonly procedure: string
      /** The number of the attempt that follows: 2 is the first repeat. */
      readonly attempt: number
      readonly delayMs: number
      readonly code: ErrorCode
    }
  | { readonly type: 'refresh'; readonly server: string }
  | { readonly type: 'auth_failed'; readonly server: string; readonly code: ErrorCode }

/** How often a query is tried. Mutations are not repeated: a node knows no idempotency key by which a repeat would be one. */
export interface RetryOptions {
  /** Requests in all, the first one included. 3 by default. */
  readonly attempts?: number | undefined
  /** The longest pause. A server that asks for a longer one (`Retry-After`) gets no repeat. 10 000 by default. */
  readonly maxDelayMs?: number | undefined
}

/** The options that do not depend on the runtime. */
export interface ClientOptions {
  /** What to send requests with: a proxy's, an agent's, a test's. */
  readonly fetch?: typeof fetch | undefined
  /** For one request with its answer, in milliseconds. 30 000 by default. Subscriptions have no end of their own. */
  readonly timeoutMs?: number | undefined
  /** Queries are repeated on 429, 502, 503, 504 and when no answer comes; `false` for never. */
  readonly retry?: false | RetryOptions | undefined
  /** Put behind `osa-sdk/<version> node/<version>`; a browser sends its own name. */
  readonly userAgent?: string | undefined
  /** Hears what the client does. It must not throw. */
  readonly onEvent?: ((event: ClientEvent) => void) | undefined
  /** Ends everything this client does, for good. */
  readonly signal?: AbortSignal | undefined
  /** Allows http:// to hosts that are not this machine: anybody on the way can read the token then. */
  readonly allowHttp?: boolean | undefined
}

/** The options of `createOsaClient` where nothing can be looked up: in browsers, workers and at the edge. */
export interface OsaClientOptions extends ClientOptions {
  /** The node's address. */
  readonly server: string | URL
  /** How calls are signed. There is no default: a page must not keep tokens by itself. */
  readonly auth: AuthOption
}

/** The options of `createOsaClient` on Node.js, Bun and Deno: everything may be left out. */
export interface OsaNodeClientOptions extends ClientOptions {
  /** The node's address. Without it: `OSA_SERVER`, else the `.osa/config.json` that links the folder; else `no_server`. */
  readonly server?: string | URL | undefined
  /** How calls are signed. Without it: `OSA_TOKEN` where it may go, else the login that `osa login` saved. */
  readonly auth?: AuthOption | undefined
}
