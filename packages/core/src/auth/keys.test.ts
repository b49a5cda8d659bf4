import { expect, test } from 'vitest'
import { seededRandom } from '../testing/seeded-random.ts'
import { deriveKeys } from './keys.ts'

const keys = deriveKeys(Buffer.alloc(32, 1), seededRandom('keys'))

test('F18 each purpose has its own key: the same input gives unrelated results', () => {
  const macs = (['userCode', 'refresh', 'form'] as const).map((purpose) => keys.mac(purpose, 'same'))
  expect(new Set(macs).size).toBe(3)
  const sealed = keys.seal('signingKey', 'text', 'here')
  expect(keys.open('display', sealed, 'here')).toBeNull()
})

test('moving text between the parts of a MAC changes it', () => {
  expect(keys.mac('form', 'ab', 'c')).not.toBe(keys.mac('form', 'a', 'bc'))
})

test('I04 sealed text can be opened only with the same secret and the same context', () => {
  const sealed = keys.seal('signingKey', 'a private key', 'kid-1')
  expect(sealed).not.toContain('private')
  expect(keys.open('signingKey', sealed, 'kid-1')).toBe('a private key')
  expect(keys.open('signingKey', sealed, 'kid-2')).toBeNull()
  expect(keys.open('signingKey', `${sealed.slice(0, -2)}AA`, 'kid-1')).toBeNull()
  expect(keys.open('signingKey', 'short', 'kid-1')).toBeNull()
  expect(deriveKeys(Buffer.alloc(32, 2), seededRandom(0)).open('signingKey', sealed, 'kid-1')).toBeNull()
})
