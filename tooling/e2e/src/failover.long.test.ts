/** The promises of apps/docs/operating/high-availability.md, tested with its deploy files and real etcd, Patroni, PostgreSQL, HAProxy and nodes. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { startUpstream } from '@osa/server/testing/upstream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startLoad } from './failover-load.ts'
import { type NodeProcess, startNode } from './node-process.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { startThreeMachines } from './three-machines.ts'

const resources = new AsyncDisposableStack()
let machines: Awaited<ReturnType<typeof startThreeMachines>>
let startNodeOf: (machine: number) => Promise<NodeProcess>
const nodes = new Map<number, NodeProcess>()

beforeAll(async () => {
  const upstream = resources.use(await startUpstream())
  upstream.settings.silent = true
  machines = resources.use(await startThreeMachines())
  upstream.allowRedirect(`${machines.url}/api/v1/auth/callback`)
  const folder = resources.use(await temporaryFolder())
  const settings = {
    DATABASE_URL: machines.databaseUrl,
    OSA_SECRET: randomBytes(32).toString('base64url'),
    OSA_DATA_DIR: join(folder.path, 'data'),
    OSA_PUBLIC_URL: machines.url,
    OSA_TRUSTED_PROXIES: '127.0.0.1',
    OSA_OIDC_ISSUER: upstream.issuer,
    OSA_OIDC_CLIENT_ID: upstream.clientId,
    OSA_OIDC_CLIENT_SECRET: upstream.clientSecret,
    OSA_OIDC_NAME: 'Example',
    PORT: '8000',
    OSA_DRAIN_SECONDS: '4',
  }
  startNodeOf = async (machine) => {
    const node = await startNode({ ...settings, HOST: machines.address(machine) })
    nodes.set(machine, node)
    return node
  }
  resources.defer(async () => {
    for (const node of nodes.values()) await node.kill()
  })
  await Promise.all([1, 2, 3].map(startNodeOf))
})
afterAll(() => resources.disposeAsync())

const load = () => startLoad({ ...machines, provider: 'Example' })

function report(event: string, { record, longestGap }: ReturnType<typeof load>): void {
  const { requests, troubles, signIns, refreshes, startedOver } = record
  console.info(
    `${event}: ${longestGap().toFixed(1)} s without a write; ${troubles.length} of ${requests} requests got no answer or 503; ${signIns} sign-ins, ${refreshes} refreshes, started over: ${startedOver.join(', ') || 'none'}`,
  )
}

test('J14 while each process is replaced in turn, no request fails', async () => {
  await machines.settled()
  using callers = load()
  await callers.waitForWrites()
  for (const [machine, node] of [...nodes].toSorted()) {
    expect(await node.stop()).toBe(0)
    await startNodeOf(machine)
  }
  await callers.waitForWrites()
  report('three nodes replaced', callers)
  const { broken, startedOver, troubles } = await callers.stop()
  expect([broken, startedOver, troubles]).toEqual([[], [], []])
})

test('B30 B31 a switchover loses no confirmed write and issues nothing twice', async () => {
  const { primary, standby } = await machines.settled()
  using callers = load()
  await callers.waitForWrites()
  await machines.switchover()
  await callers.waitForWrites()
  report('switchover', callers)
  const { broken, startedOver } = await callers.stop()
  expect(broken).toEqual([])
  expect(startedOver.length).toBeLessThanOrEqual(callers.callers)
  expect(await machines.settled()).toEqual({ primary: standby, standby: primary })
})

test('B30 B31 if the machine of the primary is lost, the standby takes over without losing a confirmed write or issuing anything twice', async () => {
  const { primary, standby } = await machines.settled()
  await machines.leadEtcd(primary)
  using callers = load()
  await callers.waitForWrites()
  const receiver = Number(await machines.sql('select pid from pg_stat_wal_receiver', { machine: standby }))
  process.kill(receiver, 'SIGSTOP')
  const stoppedAt = performance.now()
  const answeredSince = () => callers.record.writes.filter(({ askedAt }) => askedAt > stoppedAt).length
  const waits = "select count(*) from pg_stat_activity where wait_event = 'SyncRep' and usename = 'osa'"
  await machines.until(async () => Number(await machines.sql(waits, { machine: primary })) > 0 || answeredSince() > 20)
  expect(answeredSince(), 'confirmed before the standby has it').toBe(0)
  await Promise.all([machines.lose(primary), nodes.get(primary)?.kill()])
  process.kill(receiver, 'SIGCONT')
  await machines.promoted(standby)
  await callers.waitForWrites()
  report(`machine ${primary} lost`, callers)
  const { broken, startedOver } = await callers.stop()
  expect(broken).toEqual([])
  expect(startedOver.length).toBeLessThanOrEqual(callers.callers)
  const twice = `select count(*) from (select 1 from audit_events where event = 'device.redeem' and outcome = 'ok'
    group by device_authorization_id having count(*) > 1) as twice`
  expect(await machines.sql(twice, { database: 'osa' })).toBe('0')
})
