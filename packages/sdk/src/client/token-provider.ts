/** Where a client's access tokens come from. Whoever can answer two questions can be a provider. */

/** Who named the server: the program, the environment, or a file that came with a project. */
export type ServerSource = 'option' | 'OSA_SERVER' | '.osa/config.json'

/** What a provider is told about the call that a token is for. */
export interface TokenContext {
  /** The server's canonical address; a token must go nowhere else. */
  readonly server: string
  /** Who named it. A project's file may name any server, so that alone should get no token that was not issued by it (K25). */
  readonly serverSource: ServerSource
  /** Fires when the client is closed or its own signal fires. */
  readonly signal?: AbortSignal | undefined
}

/** Hands out access tokens. It is asked once for all calls of a moment, and may keep what it has. */
export interface TokenProvider {
  /** The token to send; null to send none, and then only public procedures answer. */
  getToken(context: TokenContext): Promise<string | null> | string | null
  /**
   * Called once after the server refused a token (401). Answers a newer one, which the call is repeated with, or null to give up. Without
   * it a refused token is final.
   */
  onUnauthorized?(context: TokenContext & { readonly rejectedToken: string }): Promise<string | null> | string | null
  /** True when tokens are kept by server, so that a server which only a project's file names cannot get another one's. */
  readonly isBoundToServer?: boolean
}

/**
 * How a client signs its calls: a provider; a function that answers a token, asked again when that is refused; one token that never changes;
 * or nothing.
 */
export type AuthOption = TokenProvider | TokenProvider['getToken'] | string | { readonly type: 'none' }
