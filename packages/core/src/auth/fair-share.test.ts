import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { mayHaveOneMore } from './fair-share.ts'

const supply = { bySource: 200, inAll: 2_000 }

/** Returns what each source has when all of them take as much as they may, in turn. */
function taken(sources: number): number[] {
  const all = Array.from({ length: sources }, () => 0)
  let inAll = 0
  for (let before = -1; before < inAll; ) {
    before = inAll
    all.forEach((bySource, n) => {
      if (!mayHaveOneMore({ bySource, inAll }, supply)) return
      all[n] = bySource + 1
      inAll += 1
    })
  }
  return all
}
const sum = (all: number[]): number => all.reduce((total, one) => total + one, 0)

test('J02 a single source gets up to the cap of a source', () => {
  expect(taken(1)).toEqual([supply.bySource])
})

test('J02 while there are fewer sources than places, a new source always gets a place', async () => {
  await fc.assert(
    fc.property(fc.integer({ min: 1, max: supply.inAll - 1 }), (sources) => {
      const all = taken(sources)
      expect(sum(all)).toBeLessThan(supply.inAll)
      expect(mayHaveOneMore({ bySource: 0, inAll: sum(all) }, supply)).toBe(true)
      expect(Math.max(...all) - Math.min(...all)).toBeLessThanOrEqual(1)
    }),
  )
})

test('J02 all sources together get no more than the supply', () => {
  expect(sum(taken(supply.inAll + 500))).toBe(supply.inAll)
})

test('if a source may have more than all together, only the common cap counts', () => {
  const wide = { bySource: 50, inAll: 10 }
  expect(mayHaveOneMore({ bySource: 9, inAll: 9 }, wide)).toBe(true)
  expect(mayHaveOneMore({ bySource: 10, inAll: 10 }, wide)).toBe(false)
})
