/**
 * Traces for OpenTelemetry, where its standard variables ask for them; without them nothing of it is loaded. A span is a request, under its
 * route's pattern, or a statement or transaction of the database, without its text. No span holds an address, a header, a query or a value (I06).
 */
import type { DatabaseTrace } from '@osa/db'
import type { MiddlewareHandler } from 'hono'
import { otlpEndpoint } from './otlp-settings.ts'
import type { NodeEnv } from './requester.ts'

export interface Tracing {
  readonly traceRequests: MiddlewareHandler<NodeEnv>
  readonly traceDatabase: DatabaseTrace
  /** Sends what is left, for 2 s at most. */
  stop(): Promise<void>
}

/** Null unless an endpoint or the exporter is named and neither it nor the SDK is turned off (OpenTelemetry, environment variables). */
export async function startTracing(env: NodeJS.ProcessEnv, version: string): Promise<Tracing | null> {
  if (otlpEndpoint(env, 'TRACES') === null) return null
  const { openTracing } = await import('./open-tracing.ts')
  return openTracing(env, version)
}
