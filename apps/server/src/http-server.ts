/**
 * The public listener, with limits on everything a stranger can make long or slow (J04, J05, J11).
 *
 * `requestTimeout` is about receiving a request, so a long answer (server-sent events of a subscription) is not cut by it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, type Socket, Server as TcpServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import { refuse } from '@osa/core'
import { malformedRequest, parserStatus, refuseRequest, refuseSocket } from './http-refusals.ts'
import { countOpenRequests, refusedStatus } from './request-limits.ts'

/** Milliseconds and bytes; chosen for clients that are slow, not for ones that stall. */
export const serverLimits: {
  readonly headersTimeout: number
  readonly requestTimeout: number
  readonly keepAliveTimeout: number
  /**
   * Idle time of a trusted proxy's connection, longer than a proxy's own (nginx and AWS 60 s, Caddy 120 s): who closes first must be the
   * one that sends, or a request meets a connection that has just ended, and a person a 502.
   */
  readonly proxyKeepAliveTimeout: number
  readonly connectionsCheckingInterval: number
  readonly maxHeaderSize: number
  readonly insecureHTTPParser: boolean
  readonly requireHostHeader: boolean
  /** A connection on which nothing moves, as when nobody reads the answer. Streams have a sign of life more often. */
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
/** Of one connection. Clients that wait for each answer have one. */
const maxOpenRequests = 20

export interface HttpServer {
  readonly port: number
  /** Stops accepting, lets what is in flight finish, and cuts what is not done after `graceMs`. */
  close(graceMs: number): Promise<void>
}

type Fetch = (
  request: Request,
  env: { incoming: IncomingMessage; outgoing: ServerResponse },
) => Response | Promise<Response>

/** To be called before an answer is made: what node does with the connection after it comes first. */
function keepForProxy({ socket }: IncomingMessage, outgoing: ServerResponse, idleMs: number): void {
  outgoing.once('finish', () => socket.setTimeout(idleMs))
}

/** Listens; rejects with node's error (`EADDRINUSE`, `EACCES`) when it cannot. `port` 0 takes any free one. */
export async function listen(options: {
  fetch: Fetch
  host: string
  port: number
  limits?: Partial<typeof serverLimits>
  /** Whether a peer's address is a trusted proxy's. */
  isProxy?: (remoteAddress: string) => boolean
}): Promise<HttpServer> {
  const { isProxy = () => false } = options
  const limits = { ...serverLimits, ...options.limits }
  const answer = getRequestListener(options.fetch as Parameters<typeof getRequestListener>[0], {
    hostname: 'localhost', // stands in where HTTP/1.0 names no host; no answer depends on it
    errorHandler: malformedRequest, // what this meets is a request line or Host header that is no URL
  })
  const openRequests = countOpenRequests(maxOpenRequests)
  const proxies = new WeakSet<Socket>()
  let ending = false
  const server = createServer(limits, (incoming, outgoing) => {
    if (proxies.has(incoming.socket)) keepForProxy(incoming, outgoing, limits.proxyKeepAliveTimeout)
    // so that nobody sends their next request into a connection that is about to end
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

/** Seen in a timer and again after the system's input was read, it is not only a busy process that has not listened yet. */
const isSilent = ({ bytesRead }: Socket): boolean => bytesRead === 0

/** How long a connection without a request may stay when the server stops: one may be on its way (J14). */
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
  // not http's own `close`, which cuts connections whose request has been sent and not yet been read
  const closed = new Promise<void>((resolve) => TcpServer.prototype.close.call(server, () => resolve()))
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  await Promise.race([closed, sleep(lastRequestMs)])
  // a connection that was busy a moment ago would otherwise be kept alive for its next request
  const hurry = setInterval(() => {
    server.closeIdleConnections()
    // nor does a browser's connection in advance hold up the end; Node.js does not count it as idle
    for (const socket of [...sockets].filter(isSilent)) setImmediate(() => isSilent(socket) && socket.destroy())
  }, hurryMs)
  await closed
  clearInterval(hurry)
  clearTimeout(cut)
  server.close() // nothing is open any more; ends http's own check of slow connections
}
