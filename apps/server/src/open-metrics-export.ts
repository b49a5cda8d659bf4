/** Exports the same metrics over OTLP that `/metrics` serves: same names, labels and numbers, from the same registry. Registers nothing globally. */
import { type HrTime, ValueType } from '@opentelemetry/api'
import { hrTime } from '@opentelemetry/core'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { emptyResource } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import type { MetricValueWithName, Registry } from 'prom-client'
import { openResource, shutDown } from './open-otlp.ts'
import type { MetricsExport } from './telemetry.ts'

/** Exports at each interval and once more when stopped. */
export function openMetricsExport(
  registry: Registry,
  { env, version, intervalMs }: { env: NodeJS.ProcessEnv; version: string; intervalMs: number },
): MetricsExport {
  const resource = openResource(env, version)
  const startTime = hrTime()
  const scope = { name: 'osa-node', version }
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(),
    exportIntervalMillis: intervalMs,
    metricProducers: [
      {
        async collect() {
          const served = await registry.getMetricsAsJSON()
          const times = { startTime, endTime: hrTime() }
          const metrics = served.map((metric) => metricData(metric, times))
          return { resourceMetrics: { resource: emptyResource(), scopeMetrics: [{ scope, metrics }] }, errors: [] }
        },
      },
    ],
  })
  const provider = new MeterProvider({ resource, readers: [reader] })
  return { stop: () => shutDown(provider) }
}

type Served = Awaited<ReturnType<Registry['getMetricsAsJSON']>>[number]
/** Start and end of the period that a series covers. */
type Times = Readonly<{ startTime: HrTime; endTime: HrTime }>

function metricData({ name, help, type, values }: Served, times: Times): MetricData {
  const described = {
    descriptor: { name, description: help, unit: '', valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  }
  if (String(type) === 'histogram') {
    return { ...described, dataPointType: DataPointType.HISTOGRAM, dataPoints: histograms(name, values, times) }
  }
  const dataPoints = values.map(({ value, labels }) => ({ ...times, attributes: labels, value }))
  return String(type) === 'counter'
    ? { ...described, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
    : { ...described, dataPointType: DataPointType.GAUGE, dataPoints }
}

/** Converts histograms. Prometheus buckets are cumulative, OTLP buckets are not. */
function histograms(
  name: string,
  values: readonly MetricValueWithName<string>[],
  times: Times,
): DataPoint<Histogram>[] {
  const series = new Map<
    string,
    { attributes: Record<string, string | number>; values: MetricValueWithName<string>[] }
  >()
  for (const value of values) {
    const { le: _, ...attributes } = value.labels as Record<string, string | number>
    const key = JSON.stringify(attributes)
    const known = series.get(key) ?? { attributes, values: [] }
    series.set(key, known)
    known.values.push(value)
  }
  return [...series.values()].map(({ attributes, values }) => {
    const of = (suffix: string) => values.filter(({ metricName }) => metricName === `${name}_${suffix}`)
    const upTo = of('bucket').map(({ value }) => value)
    const boundaries = of('bucket').flatMap(({ labels }) => (labels.le === '+Inf' ? [] : Number(labels.le)))
    const counts = upTo.map((count, at) => count - (upTo[at - 1] ?? 0))
    const [sum, count] = [of('sum'), of('count')].map(([only]) => only?.value ?? 0) as [number, number]
    return { ...times, attributes, value: { buckets: { boundaries, counts }, sum, count } }
  })
}
