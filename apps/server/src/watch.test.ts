/** device.watch over HTTP: server-sent events that tell a terminal to poll now, on real sockets. */
import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { expect, test, vi } from 'vitest'
import { createMetrics } from './metrics.ts'
import { pollToken } from './testing/oauth-calls.ts'
import { startTestNode } from './testing/test-node.ts'

const hashOf = (deviceCode: string) => createHash('sha256').update(deviceCode).digest('base64url')
function watchPath(deviceCode: string, more: object = {}) {
  const input = JSON.stringify({ json: { device_code_hash: hashOf(deviceCode), ...more } })
  return `/trpc/device.watch?input=${encodeURIComponent(input)}`
}
const patience = { timeout: 300_000, interval: 20 }

async function listening() {
  const metrics = createMetrics({ processMetrics: false })
  const node = await startTestNode({ listening: true, app: { metrics } })
  const open = async () => {
    const gauge = await metrics.registry.getSingleMetric('osa_device_watches_open')?.get()
    return gauge?.values[0]?.value
  }
  const watch = (deviceCode: string, signal?: AbortSignal) =>
    fetch(node.publicUrl + watchPath(deviceCode), { headers: { accept: 'text/event-stream' }, signal: signal ?? null })
  return { ...node, metrics, open, watch }
}

test('the decision arrives as one event, the stream ends, and an immediate poll gets tokens', async () => {
  await using node = await listening()
  const started = await node.start()
  await pollToken(node, started.device_code)
  const answer = await node.watch(started.device_code)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('text/event-stream')
  expect(answer.headers.get('cache-control')).toContain('no-store')
  expect(answer.headers.get('x-accel-buffering'), 'proxies must not buffer events').toBe('no')
  await vi.waitFor(async () => expect(await node.open()).toBe(1), patience)
  await node.approve(started.user_code)
  const text = await answer.text()
  expect(text.match(/^data: .*"status".*$/gm)).toEqual(['data: {"json":{"status":"decided"}}'])
  expect(text).toMatch(/event: return\ndata: \s*$/)
  expect((await pollToken(node, started.device_code)).status).toBe(200)
  expect(await node.open()).toBe(0)
  expect(await node.metrics.registry.metrics()).toContain('osa_device_watches_total{outcome="decided"} 1')
})

test('D22 I06 neither the device code nor its hash is logged', async () => {
  await using node = await listening()
  const started = await node.start()
  const answer = await node.watch(started.device_code)
  await node.deny(started.user_code)
  await answer.text()
  const log = node.logLines.join('')
  expect(log).toContain('/trpc/*')
  expect(log).not.toContain(started.device_code)
  expect(log).not.toContain(hashOf(started.device_code))
})

test('unknown codes, invalid inputs, batches and other methods end at once without an error in the log', async () => {
  await using node = await listening()
  const unknown = await (await node.watch('no such code')).text()
  expect(unknown).toContain('"error":"invalid_grant"')
  const { device_code } = await node.start()
  for (const path of [
    '/trpc/device.watch',
    '/trpc/device.watch?input=%7B',
    `/trpc/device.watch?input=${encodeURIComponent('{"json":{"device_code_hash":7}}')}`,
    watchPath(device_code, { client_id: 'a\0b' }),
    `/trpc/device.watch,device.watch?batch=1&input=${encodeURIComponent('{}')}`,
  ]) {
    const answer = await fetch(node.publicUrl + path)
    expect(answer.status, path).toBeLessThan(500)
    expect(await answer.text(), path).toMatch(/BAD_REQUEST/)
  }
  const posted = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' }
  expect(await (await fetch(node.publicUrl + watchPath(device_code), posted)).text()).toMatch(/METHOD_NOT_SUPPORTED/)
  expect(node.logLines.filter((line) => JSON.parse(line).level === 'error')).toEqual([])
})

test('a terminal that disconnects is no longer counted as waiting', async () => {
  await using node = await listening()
  const { device_code } = await node.start()
  const leaving = new AbortController()
  await node.watch(device_code, leaving.signal)
  await vi.waitFor(async () => expect(await node.open()).toBe(1), patience)
  leaving.abort()
  await vi.waitFor(async () => expect(await node.open()).toBe(0), patience)
  expect(await node.metrics.registry.metrics()).toContain('osa_device_watches_total{outcome="left"} 1')
})

test('J02 a source over its limit of watches is refused by an event, and its polls are still answered', async () => {
  const node = await startTestNode({ listening: true, policy: { maxWatchesBySource: 3 } })
  await using _node = node
  const started = await node.start()
  const watch = () => fetch(node.publicUrl + watchPath(started.device_code))
  const open = await Promise.all(Array.from({ length: 3 }, watch))
  expect(await (await watch()).text()).toContain('"error":"temporarily_unavailable"')
  expect((await pollToken(node, started.device_code)).status).toBe(400)
  await node.approve(started.user_code)
  for (const answer of open) expect(await answer.text()).toContain('"decided"')
})

test('J14 a stopping node ends open streams at once, even if the client does not read', async () => {
  const node = await listening()
  const { device_code } = await node.start()
  const answer = await node.watch(device_code)
  const socket = connect(Number(new URL(node.publicUrl).port), '127.0.0.1')
  socket.pause()
  socket.write(`GET ${watchPath(device_code)} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  await vi.waitFor(async () => expect(await node.open()).toBe(2), patience)
  const closed = node[Symbol.asyncDispose]()
  expect(await answer.text()).not.toContain('decided')
  await closed
  expect(await node.open()).toBe(0)
  socket.destroy()
})
