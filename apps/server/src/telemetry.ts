/**
 * Exports traces and metrics over OpenTelemetry if its standard variables ask for it. Otherwise none of its modules is loaded. A span is a
 * request, named by the pattern of its route, or a statement or transaction of the database, without its text. No span contains an address, a
 * header, a query or a value (I06).
 */
import type { DatabaseTrace } from '@osa/db'
import type { MiddlewareHandler } from 'hono'
import type { Metrics } from './metrics.ts'
import { defaultExportIntervalMs, otlpEndpoint } from './otlp-settings.ts'
import type { NodeEnv } from './requester.ts'

export interface Tracing {
  readonly traceRequests: MiddlewareHandler<NodeEnv>
  readonly traceDatabase: DatabaseTrace
  /** Sends the remaining spans, for at most 2 s. */
  stop(): Promise<void>
}

export interface MetricsExport {
  /** Sends the remaining metrics, for at most 2 s. */
  stop(): Promise<void>
}

/** Starts exporting the metrics of a node. */
export type ExportMetrics = (metrics: Metrics) => MetricsExport

/** Starts tracing. Returns null unless an endpoint or the exporter is configured, and neither it nor the SDK is disabled. */
export async function startTracing(env: NodeJS.ProcessEnv, version: string): Promise<Tracing | null> {
  if (otlpEndpoint(env, 'TRACES') === null) return null
  const { openTracing } = await import('./open-tracing.ts')
  return openTracing(env, version)
}

/** Loads the export of metrics. Returns null under the same conditions as `startTracing`. */
export async function loadMetricsExport(env: NodeJS.ProcessEnv, version: string): Promise<ExportMetrics | null> {
  if (otlpEndpoint(env, 'METRICS') === null) return null
  const { openMetricsExport } = await import('./open-metrics-export.ts')
  const intervalMs = Number(env.OTEL_METRIC_EXPORT_INTERVAL || defaultExportIntervalMs)
  return ({ registry }) => openMetricsExport(registry, { env, version, intervalMs })
}
