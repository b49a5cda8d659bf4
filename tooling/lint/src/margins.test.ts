import { expect, test } from 'vitest'
import { thinnestMargins } from './margins.ts'

test('the report lists the ten tests nearest to their time limits, nearest first', () => {
  const timed = Array.from({ length: 20 }, (_, n) => ({ name: `test ${n}`, tookMs: n * 1_000, limitMs: 100_000 }))
  const lines = thinnestMargins([...timed, { name: 'a short limit', tookMs: 500, limitMs: 1_000 }])
  expect(lines).toHaveLength(10)
  expect(lines[0]).toBe('  50.0 %     0.5 s of 1 s  a short limit')
  expect(lines[1]).toBe('  19.0 %    19.0 s of 100 s  test 19')
})
