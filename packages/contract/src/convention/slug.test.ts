/** Addresses of conventions: every title gives a valid address, or one that is too short. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSlug, slugOf } from './slug.ts'

test.each([
  ['Protein structures', 'protein-structures'],
  ['  Protein   Structures!  ', 'protein-structures'],
  ['Ångström-scale Maps (2024)', 'angstrom-scale-maps-2024'],
  ['3D maps', 'd-maps'],
  ['ﬁne ﬂow', 'fine-flow'],
  ['x'.repeat(70), 'x'.repeat(64)],
  [`${'x'.repeat(63)} y`, 'x'.repeat(63)],
  ['日本語', ''],
  ['12', ''],
])('the address of %j is %j', (title, slug) => {
  expect(slugOf(title)).toBe(slug)
})

test('every text gives a valid address, or one shorter than three characters', async () => {
  const titles = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ unit: fc.constantFrom('-', ' ', 'a', 'Z', '7', 'é', 'ß', '中', '_', '\ud800'), maxLength: 90 }),
  )
  await fc.assert(
    fc.property(titles, (title) => {
      const slug = slugOf(title)
      return slug.length < 3 ? /^([a-z][a-z0-9]?)?$/.test(slug) : isSlug(slug) && !slug.endsWith('-')
    }),
    { numRuns: 500 },
  )
})

test('the address of an address is the same address', async () => {
  await fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (title) => slugOf(slugOf(title)) === slugOf(title)),
    { numRuns: 1_000 },
  )
})

test('a huge title of stacked marks takes bounded time, although normalising them is quadratic', () => {
  const before = process.cpuUsage()
  expect(slugOf(`Maps${'\u0315\u0300'.repeat(20_000)}`)).toBe('maps')
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(200)
})
