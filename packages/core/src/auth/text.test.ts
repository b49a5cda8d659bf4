import { expect, test } from 'vitest'
import { cleanText } from './text.ts'

test('E20 A17 control, bidirectional and zero-width characters are removed and the rest is cut', () => {
  expect(cleanText('lap\u001b]52;c;x\u0007top\u202e\u200b', 64)).toBe('lap]52;c;xtop')
  expect(cleanText('x'.repeat(5_000), 64)).toHaveLength(64)
  expect(cleanText('\u0000 \n', 64)).toBeNull()
  expect(cleanText(undefined, 64)).toBeNull()
})
