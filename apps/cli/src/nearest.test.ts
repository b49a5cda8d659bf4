import { expect, test } from 'vitest'
import { commands } from './catalogue.ts'
import { nearest } from './nearest.ts'

test.each([
  ['fsh', 'fish'],
  ['zhs', 'zsh'],
  ['bahs', 'bash'],
  ['powershell', null],
])('for %s the nearest word is %s; the same first letter decides between equally near words', (typed, meant) => {
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
])('for osa %s the suggestion is %s', (typed, meant) => {
  expect(
    nearest(
      typed,
      commands.map(({ metadata }) => metadata.name),
    ),
  ).toBe(meant)
})
