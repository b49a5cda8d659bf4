/** J02: places for pending codes, counted once a second. */
import { expect, test } from 'vitest'
import { createPendingPlaces } from './pending-places.ts'
import { defaultPolicy } from './policy.ts'

function world(policy: { maxPendingBySource: number; maxPendingInAll: number }) {
  let ms = 0
  let counts = 0
  let stored = new Map<string, number>()
  let held: Promise<void> | null = null
  const store = {
    async countPendingBySource() {
      counts += 1
      const now = new Map(stored)
      await held
      return now
    },
  }
  const deps = { store, policy: { ...defaultPolicy, publicUrl: '', ...policy }, now: () => new Date(ms) }
  return {
    places: createPendingPlaces(deps as unknown as Parameters<typeof createPendingPlaces>[0]),
    counts: () => counts,
    wait: (step: number) => {
      ms += step
    },
    store: (rows: Record<string, number>) => {
      stored = new Map(Object.entries(rows))
    },
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      held = promise
      return resolve
    },
  }
}

test('J02 codes are counted once a second for all callers, and places taken in between are added', async () => {
  const { places, counts, wait, store } = world({ maxPendingBySource: 2, maxPendingInAll: 100 })
  const taken = await Promise.all(Array.from({ length: 5 }, () => places.take('a')))
  expect(taken.filter((place) => place !== null)).toHaveLength(2)
  expect(await places.countInAll()).toBe(2)
  expect(counts()).toBe(1)
  for (const place of taken) place?.settle(true)
  store({ a: 1, b: 40 })
  wait(1_000)
  expect(await places.countInAll()).toBe(41)
  expect(counts()).toBe(2)
})

test('J02 a place without a stored code is free at once', async () => {
  const { places } = world({ maxPendingBySource: 1, maxPendingInAll: 100 })
  const place = await places.take('a')
  expect(await places.take('a')).toBeNull()
  place?.settle(false)
  expect(await places.take('a')).not.toBeNull()
})

test('J02 a code that is stored during a count is never missed', async () => {
  const { places, wait, hold, store } = world({ maxPendingBySource: 2, maxPendingInAll: 100 })
  const early = await places.take('a')
  wait(1_000)
  const letGo = hold()
  const counting = places.countInAll() // reads the codes before the early one is stored
  await Promise.resolve()
  early?.settle(true)
  letGo()
  expect(await counting).toBe(1)
  expect(await places.take('a')).not.toBeNull()
  expect(await places.take('a')).toBeNull()
  store({ a: 2 })
  wait(1_000)
  expect(await places.countInAll()).toBe(3) // the unsettled place may be one of the two stored codes or not
})
