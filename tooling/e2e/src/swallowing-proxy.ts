/** A browser's HTTP proxy that reaches one site and swallows the rest: 127.0.0.1 too, which it takes for its own. */
import { createServer, request } from 'node:http'
import { listen } from './listen.ts'

export interface SwallowingProxy extends AsyncDisposable {
  readonly url: string
  /** Resolves when something has been swallowed. */
  readonly swallowed: Promise<void>
}

/** Passes requests to `site` on (RFC 9112 §3.2.2), and leaves all others without an answer. */
export async function proxyOfOnly(site: string): Promise<SwallowingProxy> {
  const { promise: swallowed, resolve: tellSwallowed } = Promise.withResolvers<void>()
  const server = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? '', site)
    if (url.origin !== site) {
      if (url.hostname === '127.0.0.1') tellSwallowed()
      return
    }
    const passed = request(url, { method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    passed.on('error', () => outgoing.destroy())
    incoming.on('error', () => outgoing.destroy()).pipe(passed)
  })
  return { ...(await listen(server)), swallowed }
}
