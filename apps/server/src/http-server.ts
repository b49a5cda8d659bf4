/**
 * The public listener, with limits on everything a stranger can make long or slow (J04, J05, J11).
 *
 * `requestTimeout` is about receiving a request, so a long answer (server-sent events of a subscription) is not cut by it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { errorDocument, refuse } from '@osa/core'

const maxUrlBytes = 8 * 1024

/** Milliseconds and bytes; chosen for clients that are slow, not for ones that stall. */
export const serverLimits: {
  readonly headersTimeout: number
  readonly requestTimeout: number
  readonly keepAliveTimeout: number
  readonly connectionsCheckingInterval: number
  readonly maxHeaderSize: number
  readonly insecureHTTPParser: boolean
} = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 500,
  maxHeaderSize: 16 * 1024,
  insecureHTTPParser: false,
}
const maxConnections = 2_000

export interface HttpServer {
  readonly port: number
  /** Stops accepting, lets what is in flight finish, and cuts what is not done after `graceMs`. */
  close(graceMs: number): Promise<void>
}

type Fetch = (
  request: Request,
  env: { incoming: IncomingMessage; outgoing: ServerResponse },
) => Response | Promise<Response>

/** Listens; rejects with node's error (`EADDRINUSE`, `EACCES`) when it cannot. `port` 0 takes any free one. */
export const listen = async (options: {
  fetch: Fetch
  host: string
  port: number
  limits?: Partial<typeof serverLimits>
}): Promise<HttpServer> => {
  const answer = getRequestListener(options.fetch as Parameters<typeof getRequestListener>[0], {
    // what this meets is a request line or Host header that is no URL
    errorHandler: () => Response.json(errorDocument(malformed), { status: 400 }),
  })
  const server = createServer({ ...serverLimits, ...options.limits }, (incoming, outgoing) => {
    if ((incoming.url ?? '').length > maxUrlBytes) refuseRaw(outgoing, 414)
    else void answer(incoming, outgoing)
  })
  server.maxConnections = maxConnections
  server.on('clientError', refuseSocket)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  return { port: (server.address() as AddressInfo).port, close: (graceMs) => close(server, graceMs) }
}

const malformed = refuse('invalid_request', 'The request is malformed.')

const refuseRaw = (outgoing: ServerResponse, status: number): void => {
  outgoing.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' })
  outgoing.end(JSON.stringify(errorDocument(malformed)))
}

/** Node's own answers to what its parser refuses, with a JSON body. */
const refuseSocket = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const status =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request'
  const body = JSON.stringify(errorDocument(malformed))
  const head = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`
  socket.end(`${head}\r\n\r\n${body}`)
}

const close = async (server: Server, graceMs: number): Promise<void> => {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // a connection that was busy a moment ago would otherwise be kept alive for its next request
  const hurry = setInterval(() => server.closeIdleConnections(), 50)
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearInterval(hurry)
  clearTimeout(cut)
}
