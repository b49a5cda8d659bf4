/** What a client knows once it has a server: its address, its tokens, its guarded door. Made at the first call, kept if that worked. */
import { OsaError } from '../errors.ts'
import { canonicalServer } from '../server-url.ts'
import { type ClientToken, createClientToken } from './client-token.ts'
import { createExchange, type Exchange, type ExchangeOptions } from './exchange.ts'
import { type ClientEvent, type ClientOptions, defaultTimeoutMs } from './options.ts'
import type { AuthOption, ServerSource, TokenProvider } from './token-provider.ts'

/** A server's canonical address, and who named it. */
export interface NamedServer {
  readonly server: string
  readonly serverSource: ServerSource
  /** The file that named it, if one did. */
  readonly linkFile?: string | undefined
}

/** What a runtime adds: where to look when the program says nothing. Null in browsers, where there is nowhere to look. */
export interface Surroundings {
  readonly userAgent: string
  /** Where a program does not name the server; absent where it always does. */
  findServer?(options: { allowHttp: boolean | undefined }): Promise<NamedServer>
  /** Where a program does not say how calls are signed. */
  findAuth?(options: { fetch: typeof fetch }): Promise<TokenProvider>
  /** Brings what checks the answers to calls of a procedure; see received.ts. */
  loadCheck(path: string): Promise<(value: unknown) => { value: unknown } | null>
  /** What a request came to that got no answer. */
  readonly explain: NonNullable<ExchangeOptions['explain']>
  /** How the person at this client gives requests more time. */
  readonly moreTime?: string | undefined
}

/** Everything a request needs. */
export interface Connection extends NamedServer {
  readonly tokens: ClientToken
  readonly exchange: Exchange
  /** Headers of every request, the token left out. */
  readonly headers: Readonly<Record<string, string>>
}

/** A client's options, wherever it runs. */
export type AnyClientOptions = ClientOptions & {
  readonly server?: string | URL | undefined
  readonly auth?: AuthOption | undefined
}

const noTokens: TokenProvider = { getToken: () => null, isBoundToServer: true }

/** Programs without types, too, learn at once that what they ask for is not offered (a cookie, say), instead of calling unsigned. */
function providerOf(auth: AuthOption): TokenProvider {
  if (typeof auth === 'string') return { getToken: () => auth }
  if (typeof auth === 'function') return { getToken: auth, onUnauthorized: auth }
  if (typeof auth === 'object' && auth !== null) {
    if ('getToken' in auth) return auth
    if (auth.type === 'none') return noTokens
  }
  throw new OsaError('usage', "createOsaClient: auth is a TokenProvider, a function, a token or { type: 'none' }")
}

const missing = (what: string): OsaError => new OsaError('usage', `createOsaClient needs ${what} here`)

/** Makes the function that answers the connection. A server that the program names is checked at once; throws `invalid_server_url`. */
export function createConnector(
  options: AnyClientOptions,
  surroundings: Surroundings | null,
  running: { onEvent: (event: ClientEvent) => void; signal: AbortSignal },
): () => Promise<Connection> {
  const { allowHttp, auth, timeoutMs = defaultTimeoutMs, fetch = globalThis.fetch } = options
  const { onEvent, signal } = running
  const named: NamedServer | null = options.server
    ? { server: canonicalServer(String(options.server), { allowHttp: allowHttp ?? false }), serverSource: 'option' }
    : null
  if (!named && !surroundings) throw missing('a server')
  if (auth === undefined && !surroundings) throw missing('auth')
  const given = auth === undefined ? null : providerOf(auth)
  const agent = surroundings && [surroundings.userAgent, options.userAgent].filter(Boolean).join(' ')

  const connect = async (): Promise<Connection> => {
    const target = named ?? (await surroundings?.findServer?.({ allowHttp }))
    if (!target) throw missing('a server')
    const provider = given ?? (await surroundings?.findAuth?.({ fetch }))
    if (!provider) throw missing('auth')
    return {
      ...target,
      tokens: createClientToken(provider, { ...target, signal }, onEvent),
      exchange: createExchange({ ...surroundings, server: target.server, fetch, timeoutMs, onEvent }),
      headers: agent ? { 'user-agent': agent } : {},
    }
  }

  let connecting: Promise<Connection> | null = null
  return () => {
    connecting ??= connect().catch((error: unknown) => {
      connecting = null
      throw error
    })
    return connecting
  }
}
