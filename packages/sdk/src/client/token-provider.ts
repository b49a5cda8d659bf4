/** Where a client's access tokens come from. */

/** Where the server's address came from: the program, the environment, or a file that came with a project. */
export type ServerSource = 'option' | 'OSA_SERVER' | '.osa/config.json'

/** What a provider learns about the call that needs a token. */
export interface TokenContext {
  /** The canonical address of the server, the only one that the token will be sent to. */
  readonly server: string
  /**
   * Where the address came from. A project's file can name any server, so a server from `.osa/config.json` should only get tokens that it
   * issued itself (K25).
   */
  readonly serverSource: ServerSource
  /** Fires when the client is closed or its own signal fires. */
  readonly signal?: AbortSignal | undefined
}

/** Supplies access tokens. Calls made at the same time share one request for a token. A provider may cache its tokens. */
export interface TokenProvider {
  /** Returns the token to send, or null to send none; without a token, only public procedures can be called. */
  getToken(context: TokenContext): Promise<string | null> | string | null
  /**
   * Called once after the server rejected a token (401). Returns a newer token, with which the call is repeated, or null to give up. Without
   * this method, the call fails.
   */
  onUnauthorized?(context: TokenContext & { readonly rejectedToken: string }): Promise<string | null> | string | null
  /**
   * True if the provider keeps tokens by server. The client then omits its own check that a server named only by a project's file gets no
   * token of another server (K25).
   */
  readonly isBoundToServer?: boolean
}

/**
 * How a client signs its calls: a provider; a function that returns a token, called again if the node rejects it; a fixed token; or
 * `{ type: 'none' }` to send no token.
 */
export type AuthOption = TokenProvider | TokenProvider['getToken'] | string | { readonly type: 'none' }
