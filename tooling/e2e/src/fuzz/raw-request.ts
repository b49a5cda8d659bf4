/** One HTTP request as bytes on a socket of its own: also what no well-behaved client would or could send. */
import { connect } from 'node:net'

export interface RawRequest {
  /** The address of this machine that it is sent from. */
  readonly from: string
  readonly method: string
  /** Path and query, as they stand in the request line. */
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array
}

export interface RawAnswer {
  readonly status: number
  readonly headers: string
  readonly body: string
}

const patienceMs = 300_000
/** A subscription's answer need not end; this long without news is enough of it. */
const streamMs = 300

const names = (request: RawRequest, pattern: RegExp) => request.headers.some(([name]) => pattern.test(name))

/** The bytes of a request. Header text goes out as UTF-8, whatever it holds. `Content-Length` is added unless `headers` speaks of length. */
function requestBytes(request: RawRequest): Buffer {
  const { method, target, headers, body } = request
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(names(request, /^(content-length|transfer-encoding)$/i) ? [] : [`Content-Length: ${body.byteLength}`]),
    'Connection: close',
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body])
}

/**
 * Sends a request and reads until the other side closes. Null when it closed without an answer. Rejects when nothing comes for
 * five minutes, and when nobody listens.
 */
export const sendRaw = (port: number, request: RawRequest): Promise<RawAnswer | null> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect({ host: '127.0.0.1', port, localAddress: request.from })
    let streaming = false
    socket.setTimeout(patienceMs, () =>
      socket.destroy(
        streaming ? undefined : new Error(`no answer to ${request.method} ${request.target.slice(0, 100)}`),
      ),
    )
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      if (!/^content-type: *text\/event-stream/im.test(chunk.toString())) return
      streaming = true
      socket.setTimeout(streamMs)
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // a server that has heard enough answers and resets; what it said before counts
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error)
    })
    socket.on('close', () => resolve(parseAnswer(Buffer.concat(chunks).toString('utf8'))))
    // a node that waits for the rest of a body must learn that none will come; others would treat the end as a hang-up
    if (names(request, /^(content-length|transfer-encoding|upgrade|expect)$/i)) socket.end(requestBytes(request))
    else socket.write(requestBytes(request))
  })

function parseAnswer(received: string): RawAnswer | null {
  const text = received.replace(/^HTTP\/1\.1 1\d\d[\s\S]*?\r\n\r\n/, '') // "go on", before the answer itself
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1])
  if (!status) return null
  const at = text.indexOf('\r\n\r\n')
  const headers = text.slice(0, at)
  const rest = text.slice(at + 4)
  const chunked = /^transfer-encoding: *chunked/im.test(headers)
  return { status, headers, body: chunked ? rest.replace(/^[0-9a-f]+\r\n|\r\n(?:[0-9a-f]+\r\n|$)/gim, '') : rest }
}
