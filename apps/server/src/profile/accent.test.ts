import { expect, test } from 'vitest'
import { checkAccent, contrast, surfaces } from './accent.ts'

test('contrast is that of WCAG 2.2', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5)
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
})

test.each(['#1d5c54', '#0b3d91', '#4B0082', '#000000', '#5a4a00', '#31473a'])(
  '%s can be read in the light and in the dark',
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

test('a pale colour is refused, with one that would do', () => {
  const checked = checkAccent('#66bbaa')
  const suggestion = 'problem' in checked ? (/(#[0-9a-f]{6}) would do/.exec(checked.problem)?.[1] ?? '') : ''
  expect(checkAccent(suggestion)).toHaveProperty('accent.light', suggestion)
})

test.each(['#a02c1c', '#c00000', '#99003a', '#b3401d'])('%s is as red as Deny, and refused', (colour) => {
  expect(checkAccent(colour)).toHaveProperty('problem', expect.stringContaining('colour of Deny'))
})

test.each(['red', '#fff', '1d5c54', '#1d5c5g', '#1d5c54;}'])('%s is no colour of ours', (colour) => {
  expect(checkAccent(colour)).toHaveProperty('problem', expect.stringContaining('must be a colour'))
})
