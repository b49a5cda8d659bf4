import { expect, test } from 'vitest'
import { storedText } from './text.ts'

test('E20 A17 untrusted text is stored cleaned, trimmed and cut, and empty text as null', () => {
  expect(storedText(' lap\u001b]52;c;x\u0007top\u202e\u200b ', 64)).toBe('lap]52;c;xtop')
  expect([...(storedText('x'.repeat(5_000), 64) ?? '')]).toHaveLength(64)
  expect(storedText('\u0000 \n', 64)).toBeNull()
  expect(storedText(undefined, 64)).toBeNull()
})
