/**
 * The public listener, with limits on the size and duration of everything a client sends (J04, J05, J11).
 *
 * `requestTimeout` limits only receiving a request, so it does not cut off long answers such as server-sent events.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, type Socket, Server as TcpServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import { refuse } from '@osa/core'
import { malformedRequest, parserStatus, refuseRequest, refuseSocket } from './http-refusals.ts'
import { countOpenRequests, refusedStatus } from './request-limits.ts'

/** In milliseconds and bytes. They allow slow clients, but not stalled ones. */
export const serverLimits: {
  readonly headersTimeout: number
  readonly requestTimeout: number
  readonly keepAliveTimeout: number
  /**
   * Idle timeout of connections from a trusted proxy. It is longer than the proxy's own (nginx and AWS 60 s, Caddy 120 s), because the
   * sending side must close first: otherwise a request can arrive on a connection that was just closed, and the person sees a 502.
   */
  readonly proxyKeepAliveTimeout: number
  readonly connectionsCheckingInterval: number
  readonly maxHeaderSize: number
  readonly insecureHTTPParser: boolean
  readonly requireHostHeader: boolean
  /** Time without any traffic until a connection is closed, such as when the client does not read. Streams send keep-alives more often. */
  readonly stallTimeout: number
} = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5_000,
  proxyKeepAliveTimeout: 130_000,
  connectionsCheckingInterval: 500,
  maxHeaderSize: 16 * 1024,
  insecureHTTPParser: false,
  requireHostHeader: false, // `refusedStatus` requires it, with a JSON answer
  stallTimeout: 60_000,
}
const maxConnections = 2_000
/** Maximum number of unanswered requests on one connection. Clients that wait for each answer have one. */
const maxOpenRequests = 20

export interface HttpServer {
  readonly port: number
  /** Stops accepting connections, lets requests in flight finish, and cuts off the rest after `graceMs`. */
  close(graceMs: number): Promise<void>
}

type Fetch = (
  request: Request,
  env: { incoming: IncomingMessage; outgoing: ServerResponse },
) => Response | Promise<Response>

/** Extends the idle timeout of a proxy's connection. Call it before answering, so that it runs after Node.js has set its own timeout. */
function keepForProxy({ socket }: IncomingMessage, outgoing: ServerResponse, idleMs: number): void {
  outgoing.once('finish', () => socket.setTimeout(idleMs))
}

/** Starts listening. Rejects with the error of Node.js (`EADDRINUSE`, `EACCES`) if it cannot. `port` 0 takes any free port. */
export async function listen(options: {
  fetch: Fetch
  host: string
  port: number
  limits?: Partial<typeof serverLimits>
  /** Whether the address of a peer belongs to a trusted proxy. */
  isProxy?: (remoteAddress: string) => boolean
}): Promise<HttpServer> {
  const { isProxy = () => false } = options
  const limits = { ...serverLimits, ...options.limits }
  const answer = getRequestListener(options.fetch as Parameters<typeof getRequestListener>[0], {
    hostname: 'localhost', // used if an HTTP/1.0 request has no host; no answer depends on it
    errorHandler: malformedRequest, // called when the request line or Host header is not a valid URL
  })
  const openRequests = countOpenRequests(maxOpenRequests)
  const proxies = new WeakSet<Socket>()
  let ending = false
  const server = createServer(limits, (incoming, outgoing) => {
    if (proxies.has(incoming.socket)) keepForProxy(incoming, outgoing, limits.proxyKeepAliveTimeout)
    // clients must not send their next request on a connection that is about to close
    if (ending) outgoing.setHeader('Connection', 'close')
    const entered = openRequests.enter(incoming, outgoing)
    if (entered === 'one_too_many') return refuseRequest(outgoing, 429, tooManyAtOnce)
    if (entered === 'behind_a_refusal') return
    const status = refusedStatus(incoming)
    if (status === null) void answer(incoming, outgoing)
    else refuseRequest(outgoing, status)
  })
  server.maxConnections = maxConnections
  server.setTimeout(limits.stallTimeout)
  server.on('checkExpectation', (incoming, outgoing) => {
    openRequests.enter(incoming, outgoing)
    refuseRequest(outgoing, 417)
  })
  server.on('connect', (_incoming, socket) => refuseSocket(socket, 405))
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET') socket.destroy()
    else if (openRequests.isAnswered(socket)) socket.end(() => socket.destroy())
    else refuseSocket(socket, parserStatus(error))
  })
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    if (isProxy(socket.remoteAddress ?? '')) proxies.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close(graceMs) {
      ending = true
      return close({ server, sockets, graceMs })
    },
  }
}

const tooManyAtOnce = refuse('temporarily_unavailable', 'Wait for answers before sending more on one connection.', {
  retryAfterSeconds: 1,
})

/** Checked in a timer and again after pending input was read, so a busy process does not mistake unread bytes for silence. */
const isSilent = ({ bytesRead }: Socket): boolean => bytesRead === 0

/** How long idle connections stay open when the server stops, since a request may already be under way (J14). */
const lastRequestMs = 200
const hurryMs = 50

async function close({
  server,
  sockets,
  graceMs,
}: {
  server: Server
  sockets: ReadonlySet<Socket>
  graceMs: number
}): Promise<void> {
  // the close of http.Server would cut connections whose request was sent but not yet read
  const closed = new Promise<void>((resolve) => TcpServer.prototype.close.call(server, () => resolve()))
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  await Promise.race([closed, sleep(lastRequestMs)])
  // connections that become idle from now on would otherwise be kept alive for another request
  const hurry = setInterval(() => {
    server.closeIdleConnections()
    // also close the connections that browsers open in advance; Node.js does not count them as idle
    for (const socket of [...sockets].filter(isSilent)) setImmediate(() => isSilent(socket) && socket.destroy())
  }, hurryMs)
  await closed
  clearInterval(hurry)
  clearTimeout(cut)
  server.close() // all connections are closed; this stops the timer that checks for slow ones
}
