/** Metrics for OpenTelemetry, where its standard variables ask for them; without them nothing of it is loaded. */
import type { Metrics } from './metrics.ts'
import { defaultExportIntervalMs, otlpEndpoint } from './otlp-settings.ts'

export interface MetricsExport {
  /** Sends what is left, for 2 s at most. */
  stop(): Promise<void>
}

/** Begins to send what a node counts. */
export type ExportMetrics = (metrics: Metrics) => MetricsExport

/** Null unless an endpoint or the exporter is named and neither it nor the SDK is turned off (OpenTelemetry, environment variables). */
export async function loadMetricsExport(env: NodeJS.ProcessEnv, version: string): Promise<ExportMetrics | null> {
  if (otlpEndpoint(env, 'METRICS') === null) return null
  const { openMetricsExport } = await import('./open-metrics-export.ts')
  const intervalMs = Number(env.OTEL_METRIC_EXPORT_INTERVAL || defaultExportIntervalMs)
  return ({ registry }) => openMetricsExport(registry, { env, version, intervalMs })
}
