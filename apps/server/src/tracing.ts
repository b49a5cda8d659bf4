/**
 * Exports traces over OpenTelemetry if its standard variables ask for it. Otherwise none of its modules is loaded. A span is a request, named
 * by the pattern of its route, or a statement or transaction of the database, without its text. No span contains an address, a header, a query
 * or a value (I06).
 */
import type { DatabaseTrace } from '@osa/db'
import type { MiddlewareHandler } from 'hono'
import { otlpEndpoint } from './otlp-settings.ts'
import type { NodeEnv } from './requester.ts'

export interface Tracing {
  readonly traceRequests: MiddlewareHandler<NodeEnv>
  readonly traceDatabase: DatabaseTrace
  /** Sends the remaining spans, for at most 2 s. */
  stop(): Promise<void>
}

/** Returns null unless an endpoint or the exporter is configured, and neither it nor the SDK is disabled (OpenTelemetry's environment variables). */
export async function startTracing(env: NodeJS.ProcessEnv, version: string): Promise<Tracing | null> {
  if (otlpEndpoint(env, 'TRACES') === null) return null
  const { openTracing } = await import('./open-tracing.ts')
  return openTracing(env, version)
}
