/** Sends one HTTP request as bytes on its own socket, so that it can be one that no regular client would send. */
import { connect } from 'node:net'

export interface RawRequest {
  /** The source address, one of this machine. */
  readonly from: string
  readonly method: string
  /** Path and query, as in the request line. */
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
/** The answer to a subscription may never end, so reading stops after this time without data. */
const streamMs = 300

const hasHeader = (request: RawRequest, pattern: RegExp) => request.headers.some(([name]) => pattern.test(name))

/** Returns the bytes of a request. Headers are encoded as UTF-8. `Content-Length` is added unless `headers` already declares the length. */
function requestBytes(request: RawRequest): Buffer {
  const { method, target, headers, body } = request
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(hasHeader(request, /^(content-length|transfer-encoding)$/i) ? [] : [`Content-Length: ${body.byteLength}`]),
    'Connection: close',
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body])
}

/**
 * Sends a request and reads until the server closes the connection. Returns null if it closed without an answer. Rejects if nothing arrives
 * for five minutes or if the connection is refused.
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
      // a server may answer early and reset the connection; its answer still counts
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error)
    })
    socket.on('close', () => resolve(parseAnswer(Buffer.concat(chunks).toString('utf8'))))
    // if the declared length may be wrong, close the sending side, so that the node does not wait for more; other requests stay open, since a
    // closed side could be mistaken for a disconnect
    if (hasHeader(request, /^(content-length|transfer-encoding|upgrade|expect)$/i)) socket.end(requestBytes(request))
    else socket.write(requestBytes(request))
  })

function parseAnswer(received: string): RawAnswer | null {
  const text = received.replace(/^HTTP\/1\.1 1\d\d[\s\S]*?\r\n\r\n/, '') // an interim 1xx answer
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1])
  if (!status) return null
  const at = text.indexOf('\r\n\r\n')
  const headers = text.slice(0, at)
  const rest = text.slice(at + 4)
  const chunked = /^transfer-encoding: *chunked/im.test(headers)
  return { status, headers, body: chunked ? rest.replace(/^[0-9a-f]+\r\n|\r\n(?:[0-9a-f]+\r\n|$)/gim, '') : rest }
}
