/** An OpenTelemetry collector that receives traces and metrics over HTTP, as JSON (OTLP). */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Span {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly attributes: Attribute[]
}

export interface Attribute {
  readonly key: string
  readonly value: { stringValue?: string; intValue?: number; doubleValue?: number }
}

export interface DataPoint {
  readonly attributes: Attribute[]
  readonly asDouble?: number
  /** Only for a histogram. */
  readonly count?: number
  readonly sum?: number
  readonly bucketCounts?: number[]
  readonly explicitBounds?: number[]
}

type Data = { dataPoints: DataPoint[] }

export interface Metric {
  readonly name: string
  readonly description: string
  readonly gauge?: Data
  readonly sum?: Data & { isMonotonic: boolean; aggregationTemporality: number }
  readonly histogram?: Data & { aggregationTemporality: number }
}

/** Starts a collector on a free port; `await using` stops it. */
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
  const received = (path: string) =>
    bodies.filter((body) => body.startsWith(`${path} `)).map((body) => JSON.parse(body.slice(path.length)))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    text: () => bodies.join('\n'),
    spans: (): Span[] =>
      received('/v1/traces')
        .flatMap(({ resourceSpans }) => resourceSpans)
        .flatMap(({ scopeSpans }) => scopeSpans)
        .flatMap(({ spans }) => spans),
    /** The metrics of each export. */
    metrics: (): Metric[][] =>
      received('/v1/metrics').map(({ resourceMetrics: [{ scopeMetrics }] }) =>
        scopeMetrics.flatMap(({ metrics }: { metrics: Metric[] }) => metrics),
      ),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
