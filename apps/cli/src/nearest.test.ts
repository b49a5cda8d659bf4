import { expect, test } from 'vitest'
import { nearest } from './nearest.ts'

test.each([
  ['fsh', 'fish'],
  ['zhs', 'zsh'],
  ['bahs', 'bash'],
  ['powershell', null],
])('%s was meant as %s: the nearest, of two as near the one that begins alike', (typed, meant) => {
  expect(nearest(typed, ['zsh', 'bash', 'fish'])).toBe(meant)
})
