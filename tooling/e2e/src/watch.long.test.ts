/** Immediate notification of the decision, with real nodes and the built `osa`, through networks that do or do not pass events. */
import { createServer, request } from 'node:http'
import { join } from 'node:path'
import { freePort } from '@osa/db/testing/free-port'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { expect, test, vi } from 'vitest'
import { approve } from './approve.ts'
import { listen } from './listen.ts'
import { startMeasuredNode } from './measured-node.ts'
import { type NodeProcess, startNode } from './node-process.ts'
import { onPostgres } from './on-postgres.ts'
import { runOsa, startLogin } from './osa-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** Well before the next poll, at an interval of a minute. */
const longBeforeThePollMs = 30_000
const patience = { timeout: 300_000, interval: 20 }

const untilOpen = (node: { openWatches(): Promise<number> }, count: number) =>
  vi.waitFor(async () => expect(await node.openWatches()).toBe(count), patience)

/** Logs in. Returns the time from the approval until `osa` reported it, and from then until it exited. */
async function timedLogin(node: Pick<NodeProcess, 'url'>, home: string, onWaiting: () => Promise<unknown>) {
  const login = await startLogin(node.url, { home })
  await onWaiting()
  await approve(node.url, login.userCode)
  const approvedAt = performance.now()
  await login.until(/"event":"result","ok":true/)
  const toldAt = performance.now()
  expect(await login.ended).toBe(0)
  return { toldMs: Math.round(toldAt - approvedAt), endedMs: Math.round(performance.now() - toldAt) }
}

test.each([5, 60])(
  'with an interval of %i s, the terminal reports an approval within moments, and osa exits',
  async (interval) => {
    await using folder = await temporaryFolder()
    await using node = await startMeasuredNode({
      OSA_DATA_DIR: join(folder.path, 'data'),
      OSA_DEVICE_POLL_INTERVAL_SECONDS: String(interval),
    })
    const times = []
    for (let n = 0; n < 3; n++) {
      times.push(await timedLogin(node, join(folder.path, `home-${n}`), () => untilOpen(node, 1)))
    }
    console.info(`interval ${interval} s: ${JSON.stringify(times)}`)
    for (const { toldMs, endedMs } of times) {
      expect(toldMs).toBeLessThan(longBeforeThePollMs)
      expect(endedMs).toBeLessThan(longBeforeThePollMs)
    }
    await untilOpen(node, 0)
  },
)

test('L04 an approval at one node notifies a terminal that waits at another, on one PostgreSQL', async () => {
  await using folder = await temporaryFolder()
  const databaseUrl = await createSharedDatabase({ migrated: true })
  const settings = {
    DATABASE_URL: databaseUrl,
    OSA_SECRET: Buffer.alloc(32, 6).toString('base64url'),
    OSA_DATA_DIR: join(folder.path, 'data'),
    OSA_DEVICE_POLL_INTERVAL_SECONDS: '60',
  }
  await using one = await startMeasuredNode(settings)
  const port = await freePort()
  await using _two = await startNode({ ...settings, PORT: String(port), OSA_PUBLIC_URL: `http://127.0.0.1:${port}` })
  const login = await startLogin(one.url, { home: folder.path })
  await untilOpen(one, 1)
  await approve(`http://127.0.0.1:${port}`, login.userCode)
  const approvedAt = performance.now()
  await login.until(/"event":"result","ok":true/)
  console.info(`notified by the other node after ${Math.round(performance.now() - approvedAt)} ms`)
  expect(performance.now() - approvedAt).toBeLessThan(longBeforeThePollMs)
  expect(await login.ended).toBe(0)
})

test('K16 J14 Ctrl-C ends a login that is waiting on a stream, and a stopping node does not wait for terminals', async () => {
  await using folder = await temporaryFolder()
  await using node = await startMeasuredNode(await onPostgres(folder, { OSA_DEVICE_POLL_INTERVAL_SECONDS: '60' }))
  const [cancelled, outliving] = await Promise.all(
    ['a', 'b'].map((name) => startLogin(node.url, { home: join(folder.path, name) })),
  )
  if (!cancelled || !outliving) throw new Error('two logins were started')
  await untilOpen(node, 2)
  const interruptedAt = performance.now()
  cancelled.child.kill('SIGINT')
  expect(await cancelled.ended).toBe(130)
  const cancelMs = Math.round(performance.now() - interruptedAt)
  await untilOpen(node, 1)
  const stoppedAt = performance.now()
  expect(await node.stop()).toBe(0)
  const stopMs = Math.round(performance.now() - stoppedAt)
  console.info(`Ctrl-C: ${cancelMs} ms; node stopped with a terminal waiting: ${stopMs} ms`)
  expect(cancelMs).toBeLessThan(longBeforeThePollMs)
  expect(stopMs, 'less than the time for requests in flight').toBeLessThan(10_000)
  outliving.child.kill('SIGINT')
  expect(await outliving.ended).toBe(130)
})

/** Starts a proxy between a terminal and a node that interferes with event streams. */
async function startProxy(target: string, streams: 'refused' | 'swallowed' | 'held back') {
  const held: string[] = []
  const server = createServer((incoming, outgoing) => {
    if (incoming.url?.startsWith('/trpc/device.watch')) {
      held.push(incoming.url)
      if (streams === 'refused')
        return void outgoing.writeHead(403, { 'Content-Type': 'text/html' }).end('<h1>Blocked</h1>')
      if (streams === 'swallowed') return
    }
    const forwarded = request(target + incoming.url, { method: incoming.method, headers: incoming.headers })
    forwarded.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      if (streams === 'held back' && incoming.url?.startsWith('/trpc/device.watch')) answer.resume()
      else answer.pipe(outgoing)
    })
    forwarded.on('error', () => outgoing.destroy())
    incoming.pipe(forwarded)
  })
  return { ...(await listen(server)), held }
}

test.each(['refused', 'swallowed', 'held back'] as const)(
  'if events are %s on the way, the login completes at the next poll and osa exits',
  async (trpc) => {
    await using folder = await temporaryFolder()
    const port = await freePort()
    await using proxy = await startProxy(`http://127.0.0.1:${port}`, trpc)
    const settings = await onPostgres(folder, { OSA_PUBLIC_URL: proxy.url, PORT: String(port) })
    await using _node = await startNode(settings)
    const times = await timedLogin({ url: proxy.url }, folder.path, () =>
      vi.waitFor(() => expect(proxy.held).toHaveLength(1), patience),
    )
    console.info(`events ${trpc}: ${JSON.stringify(times)}`)
    expect(times.toldMs).toBeLessThan(60_000)
    expect(times.endedMs).toBeLessThan(60_000)
    const whoami = await runOsa(['whoami', '--server', proxy.url], { home: folder.path })
    expect(whoami.stdout).toContain('Josiah Carberry')
  },
)
