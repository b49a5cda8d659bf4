/** One trace from the command through the node to the database. */
import { join } from 'node:path'
import { startCollector } from '@osa/server/testing/collector'
import { expect, test } from 'vitest'
import { startNode } from './node-process.ts'
import { runOsa } from './osa-process.ts'
import { logIn } from './stored-login.ts'
import { temporaryFolder } from './temporary-folder.ts'

test('with TRACEPARENT, an osa command, its requests and their database statements are in one trace', async () => {
  await using folder = await temporaryFolder()
  await using collector = await startCollector()
  const options = { home: join(folder.path, 'home') }
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
  {
    await using node = await startNode({
      OSA_DATA_DIR: join(folder.path, 'data'),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_TRACES_SAMPLER: 'parentbased_always_off',
    })
    await logIn(node.url, options)
    const env = { TRACEPARENT: `00-${traceId}-00f067aa0ba902b7-01` }
    expect((await runOsa(['whoami', '--server', node.url], { ...options, env })).code).toBe(0)
  }
  const spans = collector.spans()
  expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]))
  const requests = spans.filter(({ parentSpanId }) => parentSpanId === '00f067aa0ba902b7')
  expect(requests.map(({ name }) => name)).toContain('GET /trpc/*')
  const ids = requests.map(({ spanId }) => spanId)
  expect(
    spans.some(({ name, parentSpanId }) => name === 'database statement' && ids.includes(parentSpanId ?? '')),
  ).toBe(true)
})
