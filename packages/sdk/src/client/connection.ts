/** The connection of a client to its server: address, tokens, and how requests are sent. Made at the first call and kept if that succeeds. */
import { OsaError } from '../errors.ts'
import { canonicalServer } from '../server-url.ts'
import { type ClientToken, createClientToken } from './client-token.ts'
import { createExchange, type Exchange, type ExchangeOptions } from './exchange.ts'
import { type ClientEvent, type ClientOptions, defaultTimeoutMs } from './options.ts'
import type { AuthOption, ServerSource, TokenProvider } from './token-provider.ts'

/** A server's canonical address, and where that address came from. */
export interface NamedServer {
  readonly server: string
  readonly serverSource: ServerSource
  /** The path of the link file that named the server, if one did. */
  readonly linkFile?: string | undefined
}

/** What a runtime adds to a client, such as defaults for options that the program leaves out. Browsers have none: null. */
export interface Surroundings {
  readonly userAgent: string
  /** Finds the server when the program does not name one. Absent if the program always does. */
  findServer?(options: { allowHttp: boolean | undefined }): Promise<NamedServer>
  /** Returns the token provider when the program does not give `auth`. */
  findAuth?(options: { fetch: typeof fetch }): Promise<TokenProvider>
  /** Imports the function that checks the answers of a procedure; see received.ts. */
  loadCheck(path: string): Promise<(value: unknown) => { value: unknown } | null>
  /** Returns the error for a request that got no answer. */
  readonly explain: NonNullable<ExchangeOptions['explain']>
  /** How the user of this program gives requests more time: `--timeout 120`. */
  readonly moreTime?: string | undefined
}

/** Everything a request needs. */
export interface Connection extends NamedServer {
  readonly tokens: ClientToken
  readonly exchange: Exchange
  /** The headers of every request, without the token. */
  readonly headers: Readonly<Record<string, string>>
}

/** A client's options on any runtime. */
export type AnyClientOptions = ClientOptions & {
  readonly server?: string | URL | undefined
  readonly auth?: AuthOption | undefined
}

const noTokens: TokenProvider = { getToken: () => null, isBoundToServer: true }

/** Throws `usage` for unknown kinds of `auth` (a cookie, for example), so that untyped programs do not make unsigned calls unknowingly. */
function providerOf(auth: AuthOption): TokenProvider {
  if (typeof auth === 'string') return { getToken: () => auth }
  if (typeof auth === 'function') return { getToken: auth, onUnauthorized: auth }
  if (typeof auth === 'object' && auth !== null) {
    if ('getToken' in auth) return auth
    if (auth.type === 'none') return noTokens
  }
  throw new OsaError('usage', "createOsaClient: auth must be a TokenProvider, a function, a token or { type: 'none' }")
}

const missing = (what: string): OsaError => new OsaError('usage', `createOsaClient needs ${what} here`)

/** Returns a function that connects on first use. A server named by the program is checked at once: `invalid_server_url`, `insecure_http`. */
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
