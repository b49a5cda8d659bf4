import { describe, expect, test } from 'vitest'
import { seededRandom } from '../testing/seeded-random.ts'
import { deriveKeys } from './keys.ts'
import { formatUserCode, hashUserCode, newUserCode, normaliseUserCode, userCodeAlphabet } from './user-code.ts'

describe('a user code', () => {
  const codes = Array.from(
    { length: 10_000 },
    (
      (random) => () =>
        newUserCode(random)
    )(seededRandom('codes')),
  )

  test('C01 RFC 8628 §6.1: codes are eight letters of twenty, all different, with every letter equally likely at every position', () => {
    expect(new Set(codes).size).toBe(codes.length)
    for (const code of codes)
      expect(formatUserCode(code)).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
    const expected = codes.length / userCodeAlphabet.length
    for (let place = 0; place < 8; place++) {
      const chiSquare = [...userCodeAlphabet]
        .map((letter) => codes.filter((code) => code[place] === letter).length)
        .reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0)
      expect(chiSquare).toBeLessThan(52.4) // 19 degrees of freedom, p = 0.0001 at 49.9, some room for eight places
    }
  })

  test.each([
    'wdjbmjht',
    ' WDJB MJHT ',
    'wdjb_mjht',
    'WDJB–MJHT',
    'WDJB\u00a0MJHT',
    'WD\u200bJB-MJHT',
    '"WDJB-MJHT"\n',
  ])('C03 RFC 8628 §6.1: %j is understood as WDJB-MJHT', (typed) => expect(normaliseUserCode(typed)).toBe('WDJBMJHT'))

  test.each(['WDJB-MJH\u017f', 'WDJB-MJH\u212a', 'WDJB-MJH\uff2b', 'WDJB-MJH\u041a'])(
    'C04 the look-alike in %j does not match a letter',
    (typed) => expect(normaliseUserCode(typed)).toBeNull(),
  )

  test.each(['', 'WDJB', 'WDJB-MJHTX', `WDJBMJHT${' '.repeat(60)}`, 'A'.repeat(1_000_000)])(
    'C05 input of a wrong length is not a code',
    (typed) => expect(normaliseUserCode(typed)).toBeNull(),
  )

  test('I02 the stored form depends on a secret outside the database', () => {
    const [one, two] = [1, 2].map((fill) => deriveKeys(Buffer.alloc(32, fill), seededRandom(0)))
    if (!one || !two) throw new Error('no keys')
    expect(hashUserCode(one, 'WDJBMJHT')).toBe(hashUserCode(one, 'WDJBMJHT'))
    expect(hashUserCode(one, 'WDJBMJHT')).not.toBe(hashUserCode(two, 'WDJBMJHT'))
  })
})
