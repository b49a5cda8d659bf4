/** The code a person types (RFC 8628 §6.1): eight letters of twenty, no vowels, nothing that looks like a digit. */
import type { Keys } from './keys.ts'
import type { KeyedHash, RandomBytes } from './secret.ts'

export const userCodeAlphabet = 'BCDFGHJKLMNPQRSTVWXZ'
export const userCodeLength = 8
/** Longer input is refused unread: a person's decorations fit, an attacker's megabyte does not (C05). */
const maxTypedLength = 64

/** A fresh code, uniform over the alphabet: 20^8, about 34.6 bits. Unformatted. */
export function newUserCode(random: RandomBytes): string {
  // 240 is the largest multiple of 20 in a byte; taking the rest as well would favour the first letters
  let code = ''
  while (code.length < userCodeLength) {
    for (const byte of random(userCodeLength)) {
      if (byte < 240 && code.length < userCodeLength) code += userCodeAlphabet[byte % userCodeAlphabet.length]
    }
  }
  return code
}

/** `XXXX-XXXX`: the one format in which people see it (C02). */
export const formatUserCode = (code: string): string => `${code.slice(0, 4)}-${code.slice(4)}`

/**
 * What a person typed, as the code they meant; null when it cannot be one. Everything outside the alphabet is dropped before
 * letters are raised, and only ASCII is raised, so that no look-alike (U+017F, U+212A, full width) ever matches (C03, C04).
 */
export function normaliseUserCode(typed: string): string | null {
  if (typed.length > maxTypedLength) return null
  const letters = typed.replace(/[^A-Za-z]/g, '').replace(/[a-z]/g, (letter) => letter.toUpperCase())
  const code = [...letters].filter((letter) => userCodeAlphabet.includes(letter)).join('')
  return code.length === userCodeLength ? code : null
}

/** Its stored form: keyed, since 20^8 can be searched in seconds (I02). */
export const hashUserCode = (keys: Keys, code: string): KeyedHash => keys.mac('userCode', code)
