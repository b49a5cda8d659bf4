import { expect, test } from 'vitest'
import { commands } from './catalogue.ts'
import { nearest } from './nearest.ts'

test.each([
  ['fsh', 'fish'],
  ['zhs', 'zsh'],
  ['bahs', 'bash'],
  ['powershell', null],
])('%s was meant as %s: the nearest, of two as near the one that begins alike', (typed, meant) => {
  expect(nearest(typed, ['zsh', 'bash', 'fish'])).toBe(meant)
})

test.each([
  ['open', null],
  ['init', null],
  ['list', null],
  ['logn', 'login'],
  ['lgoin', 'login'],
  ['whoim', 'whoami'],
  ['stauts', 'status'],
  ['unlnik', 'unlink'],
])('osa %s: %s', (typed, meant) => {
  expect(
    nearest(
      typed,
      commands.map(({ metadata }) => metadata.name),
    ),
  ).toBe(meant)
})
