/** Refusals of the listener itself, before any route: JSON in the format of an OAuth error, like all other failures (B30). */
import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { errorDocument, type Refusal, refuse } from '@osa/core'

const malformed = refuse('invalid_request', 'The request is malformed.')
const headers = {
  'Content-Type': 'application/json',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  Connection: 'close',
} as const

/** The answer to a request whose target or host is not a valid URL. */
export const malformedRequest = (): Response => Response.json(errorDocument(malformed), { status: 400, headers })

/** The answer while the node already listens but has not finished starting. */
export const startingUp = (): Response =>
  Response.json(errorDocument(refuse('temporarily_unavailable', 'The archive is starting.')), {
    status: 503,
    headers: { ...headers, 'Retry-After': '1' },
  })

/** Refuses a request and closes its connection, because further bytes could belong to the refused request. */
export function refuseRequest(outgoing: ServerResponse, status: number, refusal: Refusal = malformed): void {
  const body = JSON.stringify(errorDocument(refusal))
  const { retryAfterSeconds } = refusal
  outgoing.writeHead(status, {
    ...headers,
    'Content-Length': Buffer.byteLength(body),
    ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': retryAfterSeconds }),
  })
  outgoing.end(body)
}

/** Refuses on a bare socket: requests that the parser rejected, and methods that would take over the connection. */
export function refuseSocket(socket: Duplex, status: number): void {
  if (!socket.writable) return void socket.destroy()
  const body = JSON.stringify(errorDocument(malformed))
  const lines = Object.entries({ ...headers, 'Content-Length': body.length }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
}

/** Returns the status for an error of the Node.js HTTP parser. */
export const parserStatus = ({ code }: NodeJS.ErrnoException): number =>
  code === 'HPE_HEADER_OVERFLOW' ? 431 : code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
