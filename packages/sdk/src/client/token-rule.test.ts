import { expect, test } from 'vitest'
import { isIssuedBy } from './token-rule.ts'

const tokenOf = (claims: unknown): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`

test.each([
  ['https://h.example/a', 'https://h.example/a', true],
  ['https://h.example/a/', 'https://h.example/a', true],
  ['https://H.example:443/a', 'https://h.example/a', true],
  ['https://h.example', 'https://h.example', true],
  ['https://h.example/a', 'https://h.example/b', false],
  ['https://h.example/a', 'https://h.example', false],
  ['https://h.example', 'https://h.example/a', false],
  ['https://h.example/a', 'https://h.example/a/b', false],
  ['https://h.example/a', 'https://h.example/ab', false],
  ['https://h.example/a', 'https://h.example/a%2f..', false],
  ['https://h.example', 'https://h.example.evil', false],
  ['http://h.example', 'https://h.example', false],
  ['', 'https://h.example', false],
])('K25 whether a token issued by %j may go to %s: %s', (iss, server, goes) => {
  expect(isIssuedBy(tokenOf({ iss }), server)).toBe(goes)
})

test.each(['opaque', 'a.b.c', tokenOf(null), tokenOf({ iss: 7 }), tokenOf([])])('K25 %s names no issuer', (token) => {
  expect(isIssuedBy(token, 'https://h.example')).toBe(false)
})
