/**
 * Traces for OpenTelemetry, where its standard variables ask for them; without them nothing of it is loaded. A span is a request, under its
 * route's pattern, or a statement or transaction of the database, without its text. No span holds an address, a header, a query or a value (I06).
 */
import type { DatabaseTrace } from '@osa/db'
import type { MiddlewareHandler } from 'hono'
import type { NodeEnv } from './requester.ts'

export interface Tracing {
  readonly traceRequests: MiddlewareHandler<NodeEnv>
  readonly traceDatabase: DatabaseTrace
  /** Sends what is left, for 2 s at most. */
  stop(): Promise<void>
}

function endpointOf(env: NodeJS.ProcessEnv): string | null {
  const isOff = env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || env.OTEL_TRACES_EXPORTER === 'none'
  return isOff ? null : env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT || null
}

/** What of OpenTelemetry's settings does not hold, without their values. */
export function tracingProblems(env: NodeJS.ProcessEnv): string[] {
  const endpoint = endpointOf(env)
  if (endpoint === null) return []
  const protocol = env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || env.OTEL_EXPORTER_OTLP_PROTOCOL
  return [
    ...(/^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')
      ? []
      : ['OTEL_EXPORTER_OTLP_ENDPOINT must be an http or https address, as in http://localhost:4318']),
    ...(protocol === 'grpc' ? ['OTEL_EXPORTER_OTLP_PROTOCOL must not be grpc: traces are sent as http/json'] : []),
  ]
}

/** Null unless an endpoint is named and neither the SDK nor the exporter is turned off (OpenTelemetry, environment variables). */
export async function startTracing(env: NodeJS.ProcessEnv, version: string): Promise<Tracing | null> {
  if (endpointOf(env) === null) return null
  const { openTracing } = await import('./open-tracing.ts')
  return openTracing(env, version)
}
