/** Metrics over OTLP as received by a collector, compared with `/metrics`. */
import { deviceCodeGrantType } from '@osa/contract'
import { expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'
import { loadMetricsExport } from './telemetry.ts'
import { type Attribute, type DataPoint, type Metric, startCollector } from './testing/collector.ts'

const pair = ({ key, value }: Attribute) => `${key}="${value.stringValue ?? value.intValue ?? value.doubleValue}"`

const series = (name: string, labels: readonly string[], value: unknown) =>
  `${name}${labels.length > 0 ? `{${labels.join(',')}}` : ''} ${value}`

/** Formats a metric as Prometheus does. */
function asServed({ name, gauge, sum, histogram }: Metric): string[] {
  const buckets = ({ attributes, bucketCounts = [], explicitBounds = [], sum, count }: DataPoint) => {
    const labels = attributes.map(pair)
    const upTo = bucketCounts.map((_, at) => bucketCounts.slice(0, at + 1).reduce((total, each) => total + each, 0))
    return [
      ...[...explicitBounds, '+Inf'].map((le, at) => series(`${name}_bucket`, [`le="${le}"`, ...labels], upTo[at])),
      series(`${name}_sum`, labels, sum),
      series(`${name}_count`, labels, count),
    ]
  }
  const plain = (gauge ?? sum)?.dataPoints.map(({ attributes, asDouble }) =>
    series(name, attributes.map(pair), asDouble),
  )
  return plain ?? histogram?.dataPoints.flatMap(buckets) ?? []
}

test('the export has the same names, kinds, labels and numbers as /metrics, at each interval and at the end', async () => {
  await using collector = await startCollector()
  const metrics = createMetrics({ processMetrics: true })
  const OTEL_EXPORTER_OTLP_METRICS_ENDPOINT = `${collector.url}/v1/metrics`
  const begin = async (env: NodeJS.ProcessEnv) =>
    (await loadMetricsExport({ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, ...env }, '1.2.3'))?.(metrics)
  const sending = await begin({ OTEL_METRIC_EXPORT_INTERVAL: '20' })
  await expect.poll(() => collector.metrics().length, { timeout: 120_000 }).toBeGreaterThan(1)
  await sending?.stop()

  metrics.observeRequest({ method: 'GET', route: '/readyz', status: 200, durationMs: 3 })
  metrics.observeRequest({ method: 'GET', route: '/readyz', status: 200, durationMs: 30_000 })
  metrics.observeRequest({ method: 'POST', route: '/oauth/token', status: 400, durationMs: 4 })
  metrics.count(deviceCodeGrantType, {})
  metrics.countDeploy('changed')
  metrics.countApproval('typed')
  metrics.openWatch()('decided')
  metrics.openWatch()
  const before = collector.metrics().length
  const ending = await begin({})
  await ending?.stop()
  await expect.poll(() => collector.metrics().length, { timeout: 120_000 }).toBeGreaterThan(before)

  const sent = collector.metrics().at(-1) ?? []
  const text = (await metrics.registry.metrics()).split('\n')
  const own = text.filter((line) => line.startsWith('osa_')).toSorted()
  expect(own.length).toBeGreaterThan(25)
  expect(
    sent
      .filter(({ name }) => name.startsWith('osa_'))
      .flatMap(asServed)
      .toSorted(),
  ).toEqual(own)
  const kinds = sent.map(
    ({ name, gauge, sum }) => `# TYPE ${name} ${gauge ? 'gauge' : sum?.isMonotonic ? 'counter' : 'histogram'}`,
  )
  expect(kinds.toSorted()).toEqual(text.filter((line) => line.startsWith('# TYPE ')).toSorted())
  // cumulative since the start of the process, as in Prometheus
  for (const { sum, histogram } of sent) expect((sum ?? histogram)?.aggregationTemporality ?? 2).toBe(2)
  for (const attribute of ['"service.name"', '"osa-node"', '"service.instance.id"', '"1.2.3"']) {
    expect(collector.text()).toContain(attribute)
  }
})
