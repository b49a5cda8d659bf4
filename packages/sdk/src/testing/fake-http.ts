/** The HTTP side of the scripted node: it records requests, streams answers, and breaks, delays or replaces them as a test says. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Route, routesOf, watchPath } from './fake-routes.ts'

/** A complete HTTP answer, set by a test. */
export interface RawAnswer {
  status: number
  headers?: Record<string, string>
  body: string | Uint8Array
}

/** A request that the node received. */
export interface SeenRequest {
  readonly atMs: number
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Thrown by a procedure to break the connection instead of answering. */
export class LostAnswer extends Error {}

/** Returns the node's answer to a request that no test has set an answer for. */
type Answer = (path: string, request: Request) => Promise<Response>

const toFetch = (
  origin: string,
  { url = '/', method = 'GET', headers }: IncomingMessage,
  body: string,
  signal: AbortSignal,
) =>
  new Request(new URL(url, origin), {
    method,
    headers: new Headers(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    signal,
    ...(method === 'GET' || method === 'HEAD' ? {} : { body }),
  })

/** A server on a loopback port that answers with `answer`, unless a test says otherwise. */
export class FakeHttp {
  readonly requests: SeenRequest[] = []
  /** How many of the next requests lose their connection. */
  drops = 0
  /** Delays each answer, in milliseconds. */
  delayMs = 0
  /** How far ahead the `Date` headers are, in seconds. */
  skewSeconds = 0
  #url = ''
  readonly #answer: Answer
  readonly #server = createServer((request, response) => void this.#reply(request, response))
  readonly #next = new Map<Route, RawAnswer[]>()
  readonly #standing = new Map<Route, RawAnswer>()

  constructor(answer: Answer) {
    this.#answer = answer
  }

  /** Listens on a free port of 127.0.0.1 and returns the address. */
  async listen(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done))
    this.#url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return this.#url
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((done) => this.#server.close(() => done()))
  }

  /** Sets the next answers of a route. With `always`, its first answer is used for all requests, until the next call. */
  dictate(route: Route, answers: readonly RawAnswer[], { always = false }: { always?: boolean }): void {
    if (always && answers[0]) this.#standing.set(route, answers[0])
    else this.#next.set(route, [...answers])
  }

  /** Returns the answer set for a request; undefined if there is none. */
  #dictated(path: string): RawAnswer | undefined {
    for (const route of routesOf(path)) {
      const answer = this.#next.get(route)?.shift() ?? this.#standing.get(route)
      if (answer) return answer
    }
    return undefined
  }

  async #reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString('utf8')
    const path = new URL(request.url ?? '/', this.#url).pathname
    if (path !== watchPath) {
      this.requests.push({ atMs: Date.now(), method: request.method ?? '', path, headers: request.headers, body })
      if (this.delayMs > 0) await new Promise((done) => setTimeout(done, this.delayMs))
      if (this.drops > 0) {
        this.drops--
        request.socket.destroy()
        return
      }
      if (this.skewSeconds !== 0) {
        response.setHeader('date', new Date(Date.now() + this.skewSeconds * 1000).toUTCString())
      }
      const raw = this.#dictated(path)
      if (raw) {
        response.writeHead(raw.status, raw.headers).end(raw.body)
        return
      }
    }
    await this.#stream(path, { request, response, body })
  }

  /** Sends the node's own answer. If that is a `LostAnswer`, breaks the connection instead. */
  async #stream(
    path: string,
    { request, response, body }: { request: IncomingMessage; response: ServerResponse; body: string },
  ): Promise<void> {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    try {
      const answer = await this.#answer(path, toFetch(this.#url, request, body, gone.signal))
      response.writeHead(answer.status, Object.fromEntries(answer.headers))
      for await (const chunk of answer.body ?? []) response.write(chunk)
      response.end()
    } catch (error) {
      if (!(error instanceof LostAnswer) && !gone.signal.aborted) throw error
      request.socket.destroy()
    }
  }
}
