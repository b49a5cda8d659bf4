/** The guarded statement and the pure rule say the same: the memory store, which applies core's `poll`, is the reference. */
import { memoryStore, sampleDevice, sampleStart } from '@osa/core/testing'
import fc from 'fast-check'
import { test } from 'vitest'
import { openTestDatabase } from './testing/index.ts'

const at = (ms: number): Date => new Date(sampleStart.getTime() + ms)

/** Steps between polls in milliseconds: close together, around the interval and its 1 s of tolerance, and backwards too. */
const step = fc.oneof(
  fc.integer({ min: -2_000, max: 30_000 }),
  fc.constantFrom(0, 1, 3_999, 4_000, 4_001, 4_999, 5_000, 8_999, 9_000, 9_001),
)

test.each(['pglite', 'postgres'] as const)(
  'B02 B03 B10 on %s a poll does what the pure rule says, whenever it comes',
  async (kind) => {
    await using database = await openTestDatabase(kind)
    const polls = fc.array(step, { minLength: 1, maxLength: 12 })
    const interval = fc.integer({ min: 1, max: 60 })
    const lifetimeMs = fc.integer({ min: 1, max: 90_000 })
    const property = fc.asyncProperty(polls, interval, lifetimeMs, async (steps, pollIntervalSeconds, lifetime) => {
      const reference = memoryStore()
      const device = sampleDevice({ pollIntervalSeconds, expiresAt: at(lifetime) })
      for (const store of [reference, database.store]) {
        await store.transaction((tx) => tx.insertDeviceAuthorization(device))
      }
      let ms = 0
      for (const wait of steps) {
        ms += wait
        const query = { deviceCodeHash: device.deviceCodeHash, clientIds: ['osa-py', 'osa-cli'], now: at(ms) }
        const [expected, actual] = [await reference.pollPending(query), await database.store.pollPending(query)]
        const [expectedRow, actualRow] = await Promise.all(
          [reference, database.store].map((store) => store.findDeviceAuthorization(device.id)),
        )
        if (!same(expected, actual) || !same(expectedRow, actualRow)) return false
      }
      return true
    })
    await fc.assert(property, { numRuns: 60 })
  },
)

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
