/** Polls (RFC 8628 §3.5) as the operation does them: read the row, decide by the pure rule, and write if the row is still as it was read. */
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { consume, poll as decide } from '../../auth/device-authorization.ts'
import type { DeviceAuthorization } from '../../auth/rows.ts'
import type { AuthStore } from '../../auth/store.ts'
import type { OpenStore } from '../auth-store-contract.ts'
import { atSecond, freshSha256, sampleAuditEvent, sampleFamily, sampleUser } from '../sample-rows.ts'
import { addDevice, addPerson } from './add-rows.ts'

type PendingPoll = { early: false } | { early: true; pollIntervalSeconds: number }

async function pollOnce(
  store: AuthStore,
  hash: DeviceAuthorization['deviceCodeHash'],
  clientIds: readonly string[],
  now: Date,
) {
  const polled = await store.findPolled(hash)
  if (!polled || !clientIds.includes(polled.device.clientId)) return null
  const result = decide(polled.device, now)
  if (result.outcome !== 'pending' && result.outcome !== 'slow_down') return null
  if (!(await store.movePolled({ read: polled.device, next: result.next }))) return 'stale'
  return result.outcome === 'pending' ? onTime : early(result.next.pollIntervalSeconds)
}

async function startedDevice(store: AuthStore, changes: Partial<DeviceAuthorization> = {}) {
  const device = await addDevice(store, changes)
  const poll = async (second: number, clientIds: readonly string[] = ['osa-cli']): Promise<PendingPoll | null> => {
    const outcome = await pollOnce(store, device.deviceCodeHash, clientIds, atSecond(second))
    return outcome === 'stale' ? poll(second, clientIds) : outcome
  }
  const stored = () => store.findDeviceAuthorization(device.id)
  return { device, poll, stored }
}

const onTime: PendingPoll = { early: false }
const early = (pollIntervalSeconds: number): PendingPoll => ({ early: true, pollIntervalSeconds })

export function pollContract(open: OpenStore): void {
  test('B02 RFC 8628 §3.5: each early poll lengthens the interval by 5 s for all later polls', async () => {
    await using opened = await open()
    const { poll, stored } = await startedDevice(opened.store)
    expect(await poll(0)).toEqual(onTime)
    expect(await poll(1)).toEqual(early(10))
    expect(await poll(7)).toEqual(early(15))
    expect(await poll(23)).toEqual(onTime)
    expect(await poll(39)).toEqual(onTime)
    expect(await poll(45)).toEqual(early(20))
    expect(await stored()).toMatchObject({ pollIntervalSeconds: 20, lastPolledAt: atSecond(39) })
  })

  test('B03 a poll up to 1 s before the end of the interval is on time, and a moment earlier it is early', async () => {
    await using opened = await open()
    const { poll } = await startedDevice(opened.store, { lastPolledAt: atSecond(0) })
    expect(await poll(4)).toEqual(onTime)
    const other = await startedDevice(opened.store, { lastPolledAt: atSecond(0) })
    expect(await other.poll(3.999)).toEqual(early(10))
  })

  test('B03 the first poll may come at once, and a poll on time changes only the time from which the next is measured', async () => {
    await using opened = await open()
    const { device, poll, stored } = await startedDevice(opened.store)
    expect(await poll(0)).toEqual(onTime)
    expect(await stored()).toEqual({ ...device, lastPolledAt: atSecond(0) })
  })

  test('B03 an early poll changes only the interval, so that no client gets stuck', async () => {
    await using opened = await open()
    const { device, poll, stored } = await startedDevice(opened.store, { lastPolledAt: atSecond(10) })
    expect(await poll(11)).toEqual(early(10))
    expect(await stored()).toEqual({ ...device, pollIntervalSeconds: 10 })
  })

  test('L08 after the clock is set back an honest client is not slowed down, and an ended authorization stays ended', async () => {
    await using opened = await open()
    const { poll } = await startedDevice(opened.store, { lastPolledAt: atSecond(500), expiresAt: atSecond(9_000) })
    expect(await poll(500 - 3_600)).toEqual(onTime)
    expect(await poll(504 - 3_600)).toEqual(onTime)
    expect(await poll(505 - 3_600)).toEqual(early(10))
    const other = await startedDevice(opened.store, { endedAt: atSecond(600) })
    expect(await other.poll(1)).toBeNull()
  })

  test('B15 the poll of another client finds nothing and changes nothing', async () => {
    await using opened = await open()
    const { device, poll, stored } = await startedDevice(opened.store)
    expect(await poll(1, ['osa-py'])).toBeNull()
    expect(await poll(1, [])).toBeNull()
    expect(await poll(1, ['__proto__', '{osa-cli}', 'osa-cli,osa-py'])).toBeNull()
    expect(await stored()).toEqual(device)
    expect(await poll(2, ['osa-py', 'osa-cli'])).toEqual(onTime)
  })

  test('B08 B10 B12 a decided or expired authorization, or an unknown code, is not pending', async () => {
    await using opened = await open()
    const claimedByUserId = sampleUser().id
    for (const status of ['authorized', 'denied', 'consumed'] as const) {
      const { device, poll, stored } = await startedDevice(opened.store, { status, claimedByUserId })
      expect(await poll(1)).toBeNull()
      expect(await stored()).toEqual(device)
    }
    const { device, poll, stored } = await startedDevice(opened.store)
    expect(await poll(600)).toBeNull()
    expect(await poll(599.999)).toEqual(onTime)
    expect(await stored()).toEqual({ ...device, lastPolledAt: atSecond(599.999) })
    expect(await opened.store.findPolled(freshSha256())).toBeNull()
  })

  test('B05 each device code has its own interval', async () => {
    await using opened = await open()
    const hasty = await startedDevice(opened.store)
    const patient = await startedDevice(opened.store)
    expect(await hasty.poll(0)).toEqual(onTime)
    expect(await patient.poll(0)).toEqual(onTime)
    for (const second of [1, 2, 3]) await hasty.poll(second)
    expect(await patient.poll(5)).toEqual(onTime)
  })

  test('B03 one of several polls at the same instant is on time, and the others are early', async () => {
    await using opened = await open()
    const { poll } = await startedDevice(opened.store)
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => poll(3)))
    expect(outcomes.filter((outcome) => outcome?.early === false)).toHaveLength(1)
    const intervals = outcomes.flatMap((outcome) => (outcome?.early ? [outcome.pollIntervalSeconds] : []))
    expect(intervals.sort((a, b) => a - b)).toEqual([10, 15, 20, 25, 30, 35, 40, 45, 50])
  })

  test('a poll changes nothing if the row has changed since it was read', async () => {
    await using opened = await open()
    const { store } = opened
    const changes: Partial<DeviceAuthorization>[] = [
      { status: 'denied' },
      { endedAt: atSecond(2) },
      { pollIntervalSeconds: 10 },
      { lastPolledAt: atSecond(2) },
    ]
    for (const change of changes) {
      const { device: read, stored } = await startedDevice(store, { lastPolledAt: atSecond(0) })
      const changed = { ...read, ...change }
      await store.transaction((tx) => tx.saveDeviceAuthorization(changed))
      expect(await store.movePolled({ read, next: { ...read, lastPolledAt: atSecond(5) } })).toBe(false)
      expect(await stored()).toEqual(changed)
    }
  })

  test('B03 a poll keeps a claim that a person made between its read and its write', async () => {
    await using opened = await open()
    const { device: read, stored } = await startedDevice(opened.store)
    const claimed = { ...read, claimedByUserId: randomUUID(), claimedBySessionId: randomUUID() }
    await opened.store.transaction((tx) => tx.saveDeviceAuthorization(claimed))
    expect(await opened.store.movePolled({ read, next: { ...read, lastPolledAt: atSecond(5) } })).toBe(true)
    expect(await stored()).toEqual({ ...claimed, lastPolledAt: atSecond(5) })
  })

  test('B07 exactly one of several concurrent redemptions of a code creates a family and its event', async () => {
    await using opened = await open()
    const { store } = opened
    const { user } = await addPerson(store)
    const { device: read, stored } = await startedDevice(store, { status: 'authorized', claimedByUserId: user.id })
    expect(await store.findPolled(read.deviceCodeHash)).toEqual({
      device: read,
      owner: { id: user.id, disabledAt: null },
    })
    const attempts = Array.from({ length: 10 }, () => {
      const family = sampleFamily(user)
      return {
        read,
        next: consume(read, family.id, atSecond(9)),
        family,
        event: sampleAuditEvent({ familyId: family.id }),
      }
    })
    const outcomes = await Promise.all(attempts.map((attempt) => store.redeemDeviceAuthorization(attempt)))
    const won = attempts.filter((_, index) => outcomes[index])
    expect(won).toHaveLength(1)
    expect(await stored()).toEqual(won[0]?.next)
    const families = await store.listRefreshFamilies({ userId: user.id, now: atSecond(0), usedAfter: atSecond(-1) })
    expect(families).toEqual([won[0]?.family])
    expect(await store.listAuditEvents({ limit: 10, event: 'device.start' })).toEqual([won[0]?.event])
  })

  test('L10 a code that was ended after it was read is not redeemed', async () => {
    await using opened = await open()
    const { store } = opened
    const { user } = await addPerson(store)
    const { device: read } = await startedDevice(store, { status: 'authorized', claimedByUserId: user.id })
    await store.transaction((tx) => tx.endSignIns({ userId: user.id, endedAt: atSecond(1) }))
    const family = sampleFamily(user)
    const next = consume(read, family.id, atSecond(2))
    expect(await store.redeemDeviceAuthorization({ read, next, family, event: sampleAuditEvent() })).toBe(false)
    expect(await store.findRefreshFamily(family.id)).toBeNull()
    expect(await store.listAuditEvents({ limit: 10, event: 'device.start' })).toEqual([])
  })
}
