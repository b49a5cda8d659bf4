/** An OpenTelemetry collector: takes traces over HTTP, as JSON (OTLP). */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Span {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly attributes: { key: string; value: { stringValue?: string; intValue?: number } }[]
}

/** Starts one on a free port; `await using` ends it. */
export async function startCollector() {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    request.toArray().then(
      (chunks) => {
        bodies.push(`${request.url} ${Buffer.concat(chunks).toString()}`)
        response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}')
      },
      () => response.destroy(),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    text: () => bodies.join('\n'),
    spans: (): Span[] =>
      bodies
        .map((body) => JSON.parse(body.slice(body.indexOf(' '))))
        .flatMap(({ resourceSpans }) => resourceSpans)
        .flatMap(({ scopeSpans }) => scopeSpans)
        .flatMap(({ spans }) => spans),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
