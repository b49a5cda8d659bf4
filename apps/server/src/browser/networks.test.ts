import { expect, test } from 'vitest'
import { isSameNetwork } from './networks.ts'

test.each([
  ['203.0.113.5', '203.0.113.200'],
  ['2001:db8:1:2::1', '2001:db8:1:ffff::2'],
  ['127.0.0.1', '127.9.9.9'],
  ['127.0.0.1', '::1'],
  ['10.1.2.3', '10.200.0.1'],
  ['172.16.0.1', '172.31.255.1'],
  ['192.168.1.1', '192.168.77.1'],
  ['fd00::1', 'fdff::2'],
  ['::ffff:203.0.113.5', '203.0.113.9'],
])('D29 %s and %s are in the same network', (one, other) => {
  expect(isSameNetwork(one, other)).toBe(true)
  expect(isSameNetwork(other, one)).toBe(true)
})

test.each([
  ['203.0.113.5', '203.0.114.5'],
  ['2001:db8:1::1', '2001:db8:2::1'],
  ['127.0.0.1', '10.0.0.1'],
  ['127.0.0.1', '203.0.113.5'],
  ['10.0.0.1', '192.168.0.1'],
  ['203.0.113.5', '2001:db8::1'],
  ['172.16.0.1', '172.32.0.1'],
  ['203.0.113.5', 'unknown'],
])('D29 %s and %s are in different networks', (one, other) => {
  expect(isSameNetwork(one, other)).toBe(false)
  expect(isSameNetwork(other, one)).toBe(false)
})
