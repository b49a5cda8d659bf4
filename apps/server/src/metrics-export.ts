/** Exports metrics over OpenTelemetry if its standard variables ask for it. Otherwise none of its modules is loaded. */
import type { Metrics } from './metrics.ts'
import { defaultExportIntervalMs, otlpEndpoint } from './otlp-settings.ts'

export interface MetricsExport {
  /** Sends the remaining metrics, for at most 2 s. */
  stop(): Promise<void>
}

/** Starts exporting the metrics of a node. */
export type ExportMetrics = (metrics: Metrics) => MetricsExport

/** Returns null unless an endpoint or the exporter is configured, and neither it nor the SDK is disabled (OpenTelemetry's environment variables). */
export async function loadMetricsExport(env: NodeJS.ProcessEnv, version: string): Promise<ExportMetrics | null> {
  if (otlpEndpoint(env, 'METRICS') === null) return null
  const { openMetricsExport } = await import('./open-metrics-export.ts')
  const intervalMs = Number(env.OTEL_METRIC_EXPORT_INTERVAL || defaultExportIntervalMs)
  return ({ registry }) => openMetricsExport(registry, { env, version, intervalMs })
}
