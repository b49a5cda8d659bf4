/** A forward proxy for tests. It tunnels CONNECT requests to one port, refuses them or closes the connection, and records what it receives. */
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

export interface TestProxy extends AsyncDisposable {
  /** One line per request: method, target and the Authorization header, if any. */
  readonly seen: string[]
  /** The bytes that clients sent through tunnels, as text. With TLS, these are encrypted. */
  readonly tunnelled: () => string
  readonly port: number
}

/** Starts a proxy. `does`: a status to refuse with, the loopback port that all tunnels lead to, or `null` to close connections. */
export async function startProxy(does: { refuse: number } | { tunnelTo: number } | null): Promise<TestProxy> {
  const seen: string[] = []
  const chunks: Buffer[] = []
  const open = new Set<Socket>()
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    response.writeHead(502).end()
  })
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    seen.push(`CONNECT ${request.url} ${request.headers.authorization ?? ''}`.trim())
    if (!does || 'refuse' in does) {
      socket.end(does ? `HTTP/1.1 ${does.refuse} No\r\n\r\n` : '')
      return
    }
    const target = connect(does.tunnelTo, '127.0.0.1', () =>
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n'),
    )
    for (const side of [socket, target]) open.add(side.on('error', () => side.destroy()))
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.pipe(target).pipe(socket)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    seen,
    tunnelled: () => Buffer.concat(chunks).toString('latin1'),
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy()
      server.closeAllConnections()
      await new Promise<void>((done) => server.close(() => done()))
    },
  }
}
