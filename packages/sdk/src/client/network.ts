/** How a program reaches servers: one set of options for all its clients. The code for sending is loaded when something is sent. */
import type { ServerDocument } from '@osa/contract'
import type { OsaClient } from './create-client.ts'
import { type ClientOptions, defaultTimeoutMs } from './options.ts'
import type { AuthOption } from './token-provider.ts'

/** Options for every request of a program. */
export interface RequestOptions extends Pick<ClientOptions, 'fetch' | 'timeoutMs' | 'userAgent' | 'onEvent'> {
  /** How the user gives requests more time, for the hint of a timeout: `--timeout 120`. */
  readonly moreTime?: string | undefined
}

/** Options for one client. */
export interface ConnectOptions extends Pick<ClientOptions, 'timeoutMs' | 'signal'> {
  /** An upper limit for `timeoutMs`, in milliseconds. */
  readonly atMostMs?: number | undefined
  /** Wraps the `fetch` that this client sends requests with. */
  readonly wrapFetch?: ((send: typeof fetch) => typeof fetch) | undefined
  /** Without it no token is sent. */
  readonly auth?: AuthOption | undefined
}

/** Reaches servers. Addresses must be canonical; whether http is allowed was decided when the server was named. */
export interface Network {
  /** Creates a client for a server. It does not retry: at a terminal, the user does. */
  connect(server: string, options?: ConnectOptions): Promise<OsaClient>
  /** Returns a server's document about itself. If there is no node at the address, throws an error that says what answered instead. */
  discover(server: string, options?: Pick<ConnectOptions, 'signal'>): Promise<ServerDocument>
}

/** Creates a network. Nothing is loaded or sent yet. */
export const openNetwork = ({ moreTime, ...request }: RequestOptions = {}): Network => ({
  async connect(server, options = {}) {
    const [{ createClient }, { onNode }] = await Promise.all([import('./create-client.ts'), import('./on-node.ts')])
    const { auth = { type: 'none' }, signal, wrapFetch = (send) => send, atMostMs = Number.POSITIVE_INFINITY } = options
    const timeoutMs = Math.min(options.timeoutMs ?? request.timeoutMs ?? defaultTimeoutMs, atMostMs)
    const fetch = wrapFetch(request.fetch ?? globalThis.fetch)
    const own = { ...request, server, auth, timeoutMs, signal, fetch }
    return createClient({ ...own, allowHttp: true, retry: false }, { ...onNode, moreTime })
  },
  async discover(server, { signal } = {}) {
    const [{ createExchange }, { discover }, { nodeNetworkError: explain }] = await Promise.all([
      import('./exchange.ts'),
      import('./discovery.ts'),
      import('./node-network-error.ts'),
    ])
    const { fetch = globalThis.fetch, timeoutMs = defaultTimeoutMs, onEvent = () => undefined } = request
    const headers: Record<string, string> = request.userAgent === undefined ? {} : { 'user-agent': request.userAgent }
    return await discover(createExchange({ server, fetch, timeoutMs, onEvent, moreTime, explain }), {
      server,
      headers,
      signal,
    })
  },
})
