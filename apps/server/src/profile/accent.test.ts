import { expect, test } from 'vitest'
import { checkAccent, contrast, surfaces } from './accent.ts'

test('contrast follows WCAG 2.2', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5)
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
})

test.each(['#1d5c54', '#0b3d91', '#4B0082', '#000000', '#5a4a00', '#31473a'])(
  '%s is readable on light and dark pages',
  (colour) => {
    const checked = checkAccent(colour)
    if ('problem' in checked) throw new Error(checked.problem)
    for (const scheme of ['light', 'dark'] as const) {
      for (const surface of Object.values(surfaces[scheme])) {
        expect(contrast(checked.accent[scheme], surface), scheme).toBeGreaterThanOrEqual(4.5)
      }
    }
  },
)

test('a pale colour is refused with a suggestion that is accepted', () => {
  const checked = checkAccent('#66bbaa')
  const suggestion = 'problem' in checked ? (/(#[0-9a-f]{6}) would do/.exec(checked.problem)?.[1] ?? '') : ''
  expect(checkAccent(suggestion)).toHaveProperty('accent.light', suggestion)
})

test.each(['#a02c1c', '#c00000', '#99003a', '#b3401d'])(
  '%s is refused because it resembles the colour of Deny',
  (colour) => {
    expect(checkAccent(colour)).toHaveProperty('problem', expect.stringContaining('colour of Deny'))
  },
)

test.each(['red', '#fff', '1d5c54', '#1d5c5g', '#1d5c54;}'])('%s is refused because it is not #rrggbb', (colour) => {
  expect(checkAccent(colour)).toHaveProperty('problem', expect.stringContaining('must be a colour'))
})
