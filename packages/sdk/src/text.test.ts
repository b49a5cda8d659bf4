import { expect, test } from 'vitest'
import { cleanText } from './text.ts'

test.each([
  ['\u001b]0;owned\u0007', ']0;owned'],
  ['\u001b[2Jgone', '[2Jgone'],
  ['a\u009b31mb', 'a31mb'],
  ['one\r\ntwo', 'onetwo'],
  ['\u202egnp.exe', 'gnp.exe'],
  ['zero\u200bwidth\ufeff', 'zerowidth'],
  ['José Ωmega 李', 'José Ωmega 李'],
  ['lone \ud800 surrogate', 'lone  surrogate'],
])('K05: %j is shown as %j', (text, shown) => {
  expect(cleanText(text)).toBe(shown)
})

test('K05: a long string is cut', () => {
  expect(cleanText('x'.repeat(5000))).toHaveLength(200)
})
