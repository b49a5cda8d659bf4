/** A proxy between a terminal and a node that tells when a refresh passes, so that a test can strike at that moment. */
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface TappedProxy extends AsyncDisposable {
  readonly url: string
  /** Called when a refresh has arrived, before it is passed on. */
  onAsked: () => void
  /** Called when the node has rotated and answered, before the answer is passed on. */
  onAnswered: () => void
}

export async function startTappedProxy(target: string): Promise<TappedProxy> {
  const server = createServer((incoming, outgoing) => {
    const isRefresh = incoming.url?.startsWith('/trpc/session.refresh') === true
    if (isRefresh) proxy.onAsked()
    const forwarded = request(target + incoming.url, { method: incoming.method, headers: incoming.headers })
    forwarded.on('response', (answer) => {
      if (isRefresh && answer.statusCode === 200) proxy.onAnswered()
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    forwarded.on('error', () => outgoing.destroy())
    incoming.on('error', () => outgoing.destroy()).pipe(forwarded)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const proxy: TappedProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    onAsked: () => undefined,
    onAnswered: () => undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise<void>((done) => server.close(() => done()))
    },
  }
  return proxy
}
