/** An HTTP proxy for a browser that reaches only one site. Other requests get no answer, including those to 127.0.0.1, which would be the proxy itself. */
import { createServer } from 'node:http'
import { forward, listen } from './listen.ts'

export interface SwallowingProxy extends AsyncDisposable {
  readonly url: string
  /** Resolves when a request to 127.0.0.1 has been swallowed. */
  readonly swallowed: Promise<void>
}

/** Forwards requests to `site` (RFC 9112 §3.2.2) and leaves all others without an answer. */
export async function proxyOfOnly(site: string): Promise<SwallowingProxy> {
  const { promise: swallowed, resolve } = Promise.withResolvers<void>()
  const server = createServer((incoming, outgoing) => {
    const { origin, hostname } = new URL(incoming.url ?? '', site)
    if (origin === site) forward(incoming, outgoing, site)
    else if (hostname === '127.0.0.1') resolve()
  })
  return { ...(await listen(server)), swallowed }
}
