/** The code that a person types (RFC 8628 §6.1): eight letters from an alphabet of twenty, without vowels and without letters like digits. */
import type { Keys } from './keys.ts'
import type { KeyedHash, RandomBytes } from './secret.ts'

export const userCodeAlphabet = 'BCDFGHJKLMNPQRSTVWXZ'
export const userCodeLength = 8
/** Longer input is refused unread. There is room for the spaces and dashes that people add, but not for an attacker's megabyte (C05). */
const maxTypedLength = 64

/** Returns a new code without the dash, uniformly random: 20^8 possibilities, about 34.6 bits. */
export function newUserCode(random: RandomBytes): string {
  // 240 is the largest multiple of 20 in a byte; using 240 to 255 as well would favour the first letters
  let code = ''
  while (code.length < userCodeLength) {
    for (const byte of random(userCodeLength)) {
      if (byte < 240 && code.length < userCodeLength) code += userCodeAlphabet[byte % userCodeAlphabet.length]
    }
  }
  return code
}

/** Formats a code as `XXXX-XXXX`, the only format that people see (C02). */
export const formatUserCode = (code: string): string => `${code.slice(0, 4)}-${code.slice(4)}`

/**
 * Returns the code that a person meant by what they typed; null when it cannot be a code. Everything except ASCII letters is dropped before
 * the letters are upper-cased, so that no look-alike (U+017F, U+212A, full width) ever matches (C03, C04).
 */
export function normaliseUserCode(typed: string): string | null {
  if (typed.length > maxTypedLength) return null
  const letters = typed.replace(/[^A-Za-z]/g, '').replace(/[a-z]/g, (letter) => letter.toUpperCase())
  const code = [...letters].filter((letter) => userCodeAlphabet.includes(letter)).join('')
  return code.length === userCodeLength ? code : null
}

/** Returns the stored form of a code. The hash is keyed, since 20^8 codes can be searched in seconds (I02). */
export const hashUserCode = (keys: Keys, code: string): KeyedHash => keys.mac('userCode', code)
