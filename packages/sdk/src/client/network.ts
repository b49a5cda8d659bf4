/** How a program reaches servers: one set of options for every client it makes. What that takes is loaded when something is sent. */
import type { ServerDocument } from '@osa/contract'
import type { OsaClient } from './create-client.ts'
import { type ClientOptions, defaultTimeoutMs } from './options.ts'
import type { AuthOption } from './token-provider.ts'

/** What every request of a program is sent with. */
export interface RequestOptions extends Pick<ClientOptions, 'fetch' | 'timeoutMs' | 'userAgent' | 'onEvent'> {
  /** How the person gives requests more time, for the hint of a timeout: `--timeout 120`. */
  readonly moreTime?: string | undefined
}

/** What one client is for. */
export interface ConnectOptions extends Pick<ClientOptions, 'timeoutMs' | 'signal'> {
  /** Less time than the program gives requests otherwise, where it gives more. */
  readonly atMostMs?: number | undefined
  /** What this client's requests pass through on their way. */
  readonly wrapFetch?: ((send: typeof fetch) => typeof fetch) | undefined
  /** Without it no token is sent. */
  readonly auth?: AuthOption | undefined
}

/** The way to servers. Their addresses are canonical; that http is allowed was decided when they were named. */
export interface Network {
  /** A client of a server. It tries nothing twice by itself: at a terminal, a person does. */
  connect(server: string, options?: ConnectOptions): Promise<OsaClient>
  /** What a server says of itself. Throws where there is no node, saying what there is. */
  discover(server: string, options?: Pick<ConnectOptions, 'signal'>): Promise<ServerDocument>
}

/** Opens the way; nothing is loaded or sent yet. */
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
