/** I08, I09: when rows are removed, on the memory store. */
import { defaultPolicy } from '@osa/core'
import { testAuth } from '@osa/core/testing'
import { expect, test } from 'vitest'
import { readSettings } from './config/settings.ts'
import { createLogger } from './log.ts'
import { cutoffs, startSweeping, sweepOnce } from './sweep.ts'

const hour = 3_600
const day = 24 * hour
const { OSA_AUDIT_RETENTION_DAYS: auditRetentionDays = Number.NaN } = readSettings({}).values
const policy = { ...defaultPolicy, auditRetentionDays }

function world() {
  const node = testAuth()
  const clock = { now: node.clock.now, follow: async () => undefined }
  const deps = { store: node.store, policy, clock, sweepRateLimits: async () => undefined }
  return { ...node, sweep: () => sweepOnce(deps) }
}

test('I08 every device authorization is removed one hour after it expired, whatever its status', async () => {
  const { start, decide, poll, sweep, clock, deps } = world()
  const [pending, denied, uncollected, consumed] = [await start(), await start(), await start(), await start()]
  await decide(denied.user_code, 'deny')
  await decide(uncollected.user_code)
  await decide(consumed.user_code)
  await poll(consumed.device_code)
  const left = () => deps.store.countPendingBySource(new Date(0))
  const answers = async () => {
    const all = await Promise.all([pending, denied, uncollected].map(({ device_code }) => poll(device_code)))
    return all.map((answer) => ('error' in answer ? answer.error : 'ok'))
  }
  clock.advance({ seconds: defaultPolicy.deviceCodeLifetimeSeconds + hour - 60 })
  await sweep()
  expect(await answers()).toEqual(['expired_token', 'expired_token', 'expired_token']) // B14
  clock.advance({ seconds: 120 })
  await sweep()
  expect(await answers()).toEqual(['invalid_grant', 'invalid_grant', 'invalid_grant'])
  expect(await left()).toEqual(new Map())
})

test('I08, G14 an active session is kept; an ended one is removed 30 days later', async () => {
  const { logIn, refresh, sweep, clock, auth, deps } = world()
  const { access_token, refresh_token } = await logIn()
  const principal = await auth.authenticate(access_token)
  if ('error' in principal) throw new Error(principal.error)
  clock.advance({ seconds: 20 * day })
  await sweep()
  expect(await refresh(refresh_token)).toMatchObject({ token_type: 'Bearer' })
  clock.advance({ seconds: 31 * day })
  await sweep()
  expect(await refresh(refresh_token)).toMatchObject({ reason: 'expired' }) // the session has ended but is still known
  clock.advance({ seconds: 40 * day })
  await sweep()
  expect(await refresh(refresh_token)).toMatchObject({ reason: 'unknown' })
  const anyTime = { userId: principal.user.id, now: new Date(0), usedAfter: new Date(0) }
  expect(await deps.store.listRefreshFamilies(anyTime)).toEqual([])
})

test('a sweep runs batches until one is not full', async () => {
  const counts = [500, 500, 3]
  const seen: number[] = []
  const store = {
    sweep: async () => {
      const count = counts.shift() ?? 0
      seen.push(count)
      return { device_authorizations: count }
    },
  }
  let limitsSwept = 0
  const sweepRateLimits = async () => void limitsSwept++
  let followed = 0
  const clock = { now: () => new Date(), follow: async () => void followed++ }
  await sweepOnce({ store, sweepRateLimits, policy, clock })
  expect([seen, limitsSwept, followed]).toEqual([[500, 500, 3], 1, 1])
})

test('I09 audit events are removed after the time set by the operator', () => {
  const now = new Date('2026-06-10T00:00:00Z')
  expect(cutoffs(now, { ...policy, auditRetentionDays: 7 }).audit).toEqual(new Date('2026-06-03T00:00:00Z'))
})

test('I09 by default no cut-off keeps addresses longer than 90 days', () => {
  const now = new Date('2026-06-01T00:00:00Z')
  const { batch, ...instants } = cutoffs(now, policy)
  for (const instant of Object.values(instants))
    expect((now.getTime() - instant.getTime()) / 86_400_000).toBeLessThanOrEqual(90)
  expect(batch).toBeGreaterThan(0)
})

test('stopping does not wait for the next sweep', async () => {
  const store = { sweep: async () => ({}) }
  const log = createLogger({ level: 'silent' })
  const sweeping = startSweeping({
    store,
    sweepRateLimits: async () => undefined,
    policy,
    clock: { now: () => new Date(), follow: async () => undefined },
    log,
  })
  const stoppingAtMs = performance.now()
  await sweeping.stop()
  expect(performance.now() - stoppingAtMs).toBeLessThan(30_000)
})
