/** J13: metrics are served only on the admin listener, and count requests and outcomes. */
import { expect, test } from 'vitest'
import { startAdminServer } from './admin-server.ts'
import { createMetrics } from './metrics.ts'
import { pollToken, postJson } from './testing/oauth-calls.ts'
import { startTestNode } from './testing/test-node.ts'

test('J13 the public listener serves no metrics, API documents or dot files', async () => {
  const node = await startTestNode()
  for (const path of ['/metrics', '/docs', '/.env', '/.git/HEAD', '/openapi.json', '/package.json']) {
    expect((await node.request(path)).status, path).toBe(404)
  }
})

test('requests are counted by route pattern, polls by outcome, and no label contains a code', async () => {
  const metrics = createMetrics({ processMetrics: true })
  const node = await startTestNode({ app: { metrics } })
  const started = await node.start()
  await pollToken(node, started.device_code)
  await node.approve(started.user_code)
  await pollToken(node, started.device_code)
  await node.request(`/nowhere/${started.user_code}`, { method: 'BREW' })
  const server = await startAdminServer(metrics, { host: '127.0.0.1', port: 0 })
  const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`)
  const text = await answer.text()
  await server.close(100)
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain/)
  expect(text).toContain('osa_token_requests_total{grant="device_code",outcome="authorization_pending"} 1')
  expect(text).toContain('osa_token_requests_total{grant="device_code",outcome="ok"} 1')
  expect(text).toMatch(/osa_http_request_duration_seconds_count\{method="POST",route="\/oauth\/token",status="200"\} 1/)
  expect(text).toMatch(/method="other",route="\(no route\)",status="404"/)
  expect(text).toContain('process_cpu_seconds_total')
  expect(text).not.toContain(started.user_code)
})

test('polls and refreshes over tRPC are counted too', async () => {
  const metrics = createMetrics({ processMetrics: false })
  const node = await startTestNode({ app: { metrics } })
  const tokens = await node.logIn()
  for (const refresh_token of [tokens.refresh_token, 'never-seen']) {
    await postJson(node, '/trpc/session.refresh', { json: { refresh_token } })
  }
  const text = await metrics.registry.metrics()
  expect(text).toContain('osa_token_requests_total{grant="refresh_token",outcome="ok"} 1')
  expect(text).toContain('osa_token_requests_total{grant="refresh_token",outcome="invalid_grant"} 1')
})

test('readiness follows the database; the server document is open to any origin', async () => {
  const node = await startTestNode({ app: { isReady: async () => false } })
  expect((await node.request('/healthz')).status).toBe(200)
  expect((await node.request('/readyz')).status).toBe(503)
  const answer = await node.request('/.well-known/osa')
  expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  expect(await answer.json()).toEqual({
    name: 'Test archive',
    version: '0.0.0',
    issuer: 'https://archive.example',
    api: 'https://archive.example/api/v1',
    trpc: 'https://archive.example/trpc',
    refresh_reuse_grace_seconds: 30,
  })
})
