/** HTTP servers and proxies for tests. */
import { type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Listens on a free port of 127.0.0.1. Disposing closes the server and its connections. */
export async function listen(server: Server): Promise<{ readonly url: string } & AsyncDisposable> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise<void>((done) => server.close(() => done()))
    },
  }
}

/** Forwards a request to `target`. Its answer is passed on unless `isPassedOn`, called when it arrives, returns false. */
export function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: string,
  isPassedOn: (answer: IncomingMessage) => boolean = () => true,
): void {
  const { method, headers } = incoming
  const forwarded = request(new URL(incoming.url ?? '', target), { method, headers }, (answer) => {
    if (!isPassedOn(answer)) return void answer.resume()
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  forwarded.on('error', () => outgoing.destroy())
  incoming.on('error', () => outgoing.destroy()).pipe(forwarded)
}
