import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { hasPlaceForStart } from './pending-share.ts'
import { defaultPolicy } from './policy.ts'

const { maxPendingBySource, maxPendingInAll } = defaultPolicy

/** What sources hold that all take whatever they are given, in turn. */
const taken = (sources: number): number[] => {
  const held = Array.from({ length: sources }, () => 0)
  let inAll = 0
  for (let before = -1; before < inAll; ) {
    before = inAll
    held.forEach((fromSource, n) => {
      if (!hasPlaceForStart({ fromSource, inAll }, defaultPolicy)) return
      held[n] = fromSource + 1
      inAll += 1
    })
  }
  return held
}

test('J02 a source that is alone comes to the cap of a source', () => {
  expect(taken(1)).toEqual([maxPendingBySource])
})

test('J02 however many sources take all that they are given, short of one for each place, who comes next finds a place', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: maxPendingInAll - 1 }), (sources) => {
      const held = taken(sources)
      const inAll = held.reduce((sum, one) => sum + one, 0)
      expect(inAll).toBeLessThan(maxPendingInAll)
      expect(hasPlaceForStart({ fromSource: 0, inAll }, defaultPolicy)).toBe(true)
      expect(Math.max(...held) - Math.min(...held)).toBeLessThanOrEqual(1)
    }),
  )
})

test('J02 there is never more than the cap of all', () => {
  expect(taken(maxPendingInAll + 500).reduce((sum, one) => sum + one, 0)).toBe(maxPendingInAll)
})

test('a cap of a source that is no smaller than that of all leaves the latter', () => {
  const policy = { maxPendingBySource: 50, maxPendingInAll: 10 }
  expect(hasPlaceForStart({ fromSource: 9, inAll: 9 }, policy)).toBe(true)
  expect(hasPlaceForStart({ fromSource: 10, inAll: 10 }, policy)).toBe(false)
})
