/** What the listener itself refuses, before any route: as JSON in the shape of an OAuth error, like everything else that fails (B30). */
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

/** The answer to a request that is no URL. */
export const malformedRequest = (): Response => Response.json(errorDocument(malformed), { status: 400, headers })

/** The answer while the port is taken and the node is not whole yet. */
export const startingUp = (): Response =>
  Response.json(errorDocument(refuse('temporarily_unavailable', 'The archive is starting.')), {
    status: 503,
    headers: { ...headers, 'Retry-After': '1' },
  })

/** Refuses a request and ends its connection: what follows on it cannot be told from the request's own bytes. */
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

/** The same where there is no answer object yet: what the parser refused, and methods that would take the connection over. */
export function refuseSocket(socket: Duplex, status: number): void {
  if (!socket.writable) return void socket.destroy()
  const body = JSON.stringify(errorDocument(malformed))
  const lines = Object.entries({ ...headers, 'Content-Length': body.length }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
}

/** Status for an error of node's parser. */
export const parserStatus = ({ code }: NodeJS.ErrnoException): number =>
  code === 'HPE_HEADER_OVERFLOW' ? 431 : code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
