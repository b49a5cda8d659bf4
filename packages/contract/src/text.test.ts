import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanText } from './text.ts'

describe('text for people to read', () => {
  test.each([
    ['Persian', 'علی‌رضا'],
    ['Arabic with vowel marks', 'مُحَمَّد'],
    ['Sinhala', 'ශ්‍රී'],
    ['Hindi', 'क्‍ष अनुष्का'],
    ['Malayalam', 'അവന്‍'],
    ['Bengali', 'র‍্যাব'],
    ['Burmese', 'မြန်မာ ကြွေး'],
    ['Khmer', 'សុខា'],
    ['Tibetan', 'བསྟན་འཛིན་རྒྱ་མཚོ་'],
    ['Thai', 'สมชาย น้ำ'],
    ['Hebrew with points', 'שָׁלוֹם'],
    ['Vietnamese, decomposed', 'Nguyễn'.normalize('NFD')],
    ['Irish', 'Seán Ó Súilleabháin'],
    ['Yoruba', 'Ọ̀ṣun'],
    ['Chinese', '李小龙'],
    ['Japanese with a variant of a character', '葛\u{E0100}城市'],
    ['Korean', '김연아'],
    ['Greek', 'Ἀριστοτέλης'],
    ['Georgian', 'შოთა'],
    ['Amharic', 'ኃይሌ'],
    ['Cherokee', 'ᏍᏏᏉᏯ'],
    ['Mongolian with a variation selector', 'ᠮᠣᠩ᠋ᠭᠣᠯ'],
    ['a scientist', '👩‍🔬'],
    ['a scientist with a skin tone', '👩🏽‍🔬'],
    ['a heart on fire', '❤️‍🔥'],
    ['the flag of Scotland', '🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}'],
  ])('a name is left unchanged: %s', (_what, name) => {
    expect(cleanText(name)).toBe(name)
  })

  test.each([
    ['\u001b]0;owned\u0007', ']0;owned'],
    ['\u001b[2Jgone', '[2Jgone'],
    ['lap\u001b]52;c;x\u0007top\u202e\u200b', 'lap]52;c;xtop'],
    ['a\u009b31mb', 'a31mb'],
    ['one\r\ntwo', 'onetwo'],
    ['\u202egnp.exe', 'gnp.exe'],
    ['a\u061cb\u200fc\u2066d', 'abcd'],
    ['zero\u200bwidth\ufeff', 'zerowidth'],
    ['soft\u00adhyphen', 'softhyphen'],
    ['fill\u3164er\u115f', 'filler'],
    ['tag\u{E0041}ged', 'tagged'],
    ['ad\u200dm\u200cin', 'admin'],
    ['\u200dعلی\u200c', 'علی'],
    ['lone \ud800 surrogate', 'lone  surrogate'],
    ['line\u2028separator', 'lineseparator'],
    ['José Ωmega 李', 'José Ωmega 李'],
  ])('K05 E20 A17 %j is shown as %j', (text, shown) => {
    expect(cleanText(text)).toBe(shown)
  })

  test('stacked marks that would cover neighbouring lines are cut to four', () => {
    expect(cleanText(`Z${'\u0302'.repeat(50)}algo`)).toBe(`Z${'\u0302'.repeat(4)}algo`)
  })

  test('a long text is cut between whole characters', () => {
    expect([...cleanText('x'.repeat(5000))]).toHaveLength(200)
    expect(cleanText('👩'.repeat(30), 10)).toBe(`${'👩'.repeat(9)}…`)
  })

  test('property: cleaned text is well-formed and has no control or direction characters', () => {
    const odd = fc.constantFrom(...'a é ‌ ‍ 👩 🔬 ش ් ‮ ؜ \u001b ️ ̂ \u{E0041} 🏴'.split(' '))
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(odd, { maxLength: 30 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, (value) => {
        const clean = cleanText(value)
        expect(clean).not.toMatch(/[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/u)
        expect(clean.isWellFormed()).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})
