/** Traces of a real node, as received by a collector. */
import { globSync, readFileSync } from 'node:fs'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { expect, test } from 'vitest'
import { otlpProblems } from './otlp-settings.ts'
import { loadMetricsExport, startTracing } from './telemetry.ts'
import { type Span, startCollector } from './testing/collector.ts'
import { spawnNode } from './testing/spawn-node.ts'
import { logIn, post } from './testing/spawned-sign-in.ts'

function attribute(span: Span | undefined, key: string) {
  const value = span?.attributes.find((each) => each.key === key)?.value
  return value?.stringValue ?? value?.intValue
}

test('I06 a trace continues from the caller through the node to the database, and no span or metric contains a secret or typed text', async () => {
  await using collector = await startCollector()
  const node = await spawnNode({
    env: {
      DATABASE_URL: await createSharedDatabase({ migrated: true }),
      OSA_SECRET: Buffer.from(Array.from({ length: 32 }, (_, at) => at * 7 + 1)).toString('base64url'),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    },
  })
  const tokens = await logIn(node)
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const refreshed = await fetch(`${node.url}/oauth/token?canary=canary-query`, {
    method: 'POST',
    headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
      client_id: 'osa-cli',
    }),
  })
  await refreshed.body?.cancel()
  const { body } = await post(node, '/oauth/device_authorization', {
    client_id: 'osa-cli',
    device_name: 'canary-device',
  })
  await fetch(`${node.url}/nowhere/canary-path?code=canary-code`, {
    headers: { traceparent: 'nonsense', Cookie: 'canary=1' },
  })
  await fetch(`${node.url}/api/v1/auth/me`, {
    headers: { Authorization: `Bearer ${tokens.access_token}`, traceparent: `00-${traceId}-b7ad6b7169203331-01` },
  })
  expect(await node.stop()).toBe(0)

  const spans = collector.spans()
  const names = new Set(spans.map(({ name }) => name))
  for (const name of [
    'POST /oauth/device_authorization',
    'GET (no route)',
    'database statement',
    'database transaction',
  ]) {
    expect(names).toContain(name)
  }
  const called = spans.filter((span) => span.traceId === traceId)
  const request = called.find(({ name }) => name === 'GET /api/v1/auth/me')
  expect(request).toMatchObject({ parentSpanId: 'b7ad6b7169203331' })
  expect([attribute(request, 'http.route'), attribute(request, 'http.response.status_code')]).toEqual([
    '/api/v1/auth/me',
    200,
  ])
  expect(
    called.some(({ name, parentSpanId }) => name.startsWith('database ') && parentSpanId === request?.spanId),
  ).toBe(true)
  const text = collector.text()
  expect(text).toMatch(/^\/v1\/traces /m)
  expect(text).toMatch(/^\/v1\/metrics .*"osa_token_requests_total"/m)
  expect(text).toMatch(/"osa-node"/)
  expect(text).toMatch(/"deployment\.environment\.name"/)
  const secrets = [
    tokens.access_token,
    tokens.refresh_token,
    body.device_code,
    body.user_code,
    'canary',
    '127.0.0.1',
    'carberry',
    'select',
  ]
  for (const secret of secrets) expect(text.toLowerCase()).not.toContain(secret.toLowerCase())
})

test('an unreachable collector blocks neither requests nor shutdown', async () => {
  const node = await spawnNode({ env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:1/v1/traces' } })
  expect((await fetch(`${node.url}/readyz`)).status).toBe(200)
  expect(await node.stop()).toBe(0)
})

test('without its variables, or turned off, OpenTelemetry is not loaded, for traces or for metrics', async () => {
  const named = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }
  const off = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'prometheus' }
  for (const env of [{}, { ...named, OTEL_SDK_DISABLED: 'true' }, { ...named, ...off }]) {
    expect([await startTracing(env, '0'), await loadMetricsExport(env, '0')]).toEqual([null, null])
  }
  const sources = globSync('**/*.ts', { cwd: import.meta.dirname }).filter((file) => !file.endsWith('.test.ts'))
  const importing = (what: RegExp) =>
    sources.filter((file) => what.test(readFileSync(new URL(file, import.meta.url), 'utf8')))
  const opening = ['open-metrics-export.ts', 'open-otlp.ts', 'open-tracing.ts']
  expect(importing(/from '@opentelemetry\//).toSorted()).toEqual(opening)
  expect(importing(/^import .* from '\.\/open-(tracing|metrics-export)\.ts'/m)).toEqual([])
  expect(importing(/from '\.\/open-otlp\.ts'/).toSorted()).toEqual(opening.filter((file) => file !== 'open-otlp.ts'))
  expect(importing(/await import\('\.\/open-tracing\.ts'\)/)).toEqual(['telemetry.ts'])
  expect(importing(/await import\('\.\/open-metrics-export\.ts'\)/)).toEqual(['telemetry.ts'])
})

test('invalid OpenTelemetry variables are reported at start with the other settings', async () => {
  expect(otlpProblems({ OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' })).toEqual([
    'OTEL_EXPORTER_OTLP_ENDPOINT must be an http or https address, as in http://localhost:4318',
  ])
  const byName = { OTEL_METRICS_EXPORTER: 'console, otlp', OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc' }
  expect(otlpProblems({ ...byName, OTEL_METRIC_EXPORT_INTERVAL: '1m' })).toEqual([
    'OTEL_EXPORTER_OTLP_METRICS_PROTOCOL must not be grpc: the node sends http/json',
    'OTEL_METRIC_EXPORT_INTERVAL must be a number of milliseconds, as in 60000',
  ])
  expect(otlpProblems({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_METRIC_EXPORT_INTERVAL: '1m' })).toEqual([])
  await expect(spawnNode({ env: { PORT: 'x', OTEL_EXPORTER_OTLP_ENDPOINT: 'nowhere' } })).rejects.toThrow(
    /PORT must be[\s\S]*OTEL_EXPORTER_OTLP_ENDPOINT must be/,
  )
})
