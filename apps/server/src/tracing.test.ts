/** Traces of a real node, received as a collector receives them. */
import { globSync, readFileSync } from 'node:fs'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { expect, test } from 'vitest'
import { type Span, startCollector } from './testing/collector.ts'
import { spawnNode } from './testing/spawn-node.ts'
import { logIn, post } from './testing/spawned-sign-in.ts'
import { startTracing, tracingProblems } from './tracing.ts'

function attribute(span: Span | undefined, key: string) {
  const value = span?.attributes.find((each) => each.key === key)?.value
  return value?.stringValue ?? value?.intValue
}

test('I06 a trace goes from who calls through the node to the database, and no span holds a secret or what somebody typed', async () => {
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
  expect(text).toMatch(/^\/v1\/traces /)
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

test('a collector that is not there keeps nobody from working, nor the node from ending', async () => {
  const node = await spawnNode({ env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:1/v1/traces' } })
  expect((await fetch(`${node.url}/readyz`)).status).toBe(200)
  expect(await node.stop()).toBe(0)
})

test('without its variables, or turned off, nothing of OpenTelemetry is loaded', async () => {
  const named = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }
  for (const env of [{}, { ...named, OTEL_SDK_DISABLED: 'true' }, { ...named, OTEL_TRACES_EXPORTER: 'none' }]) {
    expect(await startTracing(env, '0')).toBeNull()
  }
  const sources = globSync('**/*.ts', { cwd: import.meta.dirname }).filter((file) => !file.endsWith('.test.ts'))
  const importing = (what: RegExp) =>
    sources.filter((file) => what.test(readFileSync(new URL(file, import.meta.url), 'utf8')))
  expect(importing(/from '@opentelemetry\//)).toEqual(['open-tracing.ts'])
  expect(importing(/from '\.\/open-tracing\.ts'/)).toEqual([])
  expect(importing(/await import\('\.\/open-tracing\.ts'\)/)).toEqual(['tracing.ts'])
})

test('variables that cannot hold are told at start with the other settings', async () => {
  expect(tracingProblems({ OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' })).toEqual([
    expect.stringContaining('must be an http or https address'),
  ])
  expect(
    tracingProblems({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }),
  ).toHaveLength(1)
  await expect(spawnNode({ env: { PORT: 'x', OTEL_EXPORTER_OTLP_ENDPOINT: 'nowhere' } })).rejects.toThrow(
    /PORT must be[\s\S]*OTEL_EXPORTER_OTLP_ENDPOINT must be/,
  )
})
