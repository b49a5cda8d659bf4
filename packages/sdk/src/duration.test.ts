import { expect, test } from 'vitest'
import { durationText } from './duration.ts'

test.each([
  [0, '0 s'],
  [89, '89 s'],
  [90, '2 min'],
  [7 * 60, '7 min'],
  [5400, '2 h'],
  [36 * 3600 - 1, '36 h'],
  [36 * 3600, '2 days'],
  [400 * 86_400, '400 days'],
])('%i seconds are shown as %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text)
})
