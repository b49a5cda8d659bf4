/** J06 and J07: where a request comes from, as seen in the log. */
import { describe, expect, test } from 'vitest'
import { parseCidr } from './requester.ts'
import { startTestNode } from './testing/test-node.ts'

const proxies = (...cidrs: string[]) => cidrs.map(parseCidr).filter((cidr) => cidr !== null)

/** Returns the address that a node logs for a request. */
async function seen(options: { peer: string; forwarded?: string; trusted?: string[] }) {
  const node = await startTestNode({ app: { trustedProxies: proxies(...(options.trusted ?? [])) } })
  const headers: Record<string, string> =
    options.forwarded === undefined ? {} : { 'X-Forwarded-For': options.forwarded }
  await node.request('/api/v1/auth/me', { headers }, options.peer)
  return JSON.parse(node.logLines.at(-1) ?? '{}').ip
}

describe('J06 forwarding headers', () => {
  test('are ignored unless the peer is a configured proxy', async () => {
    expect(await seen({ peer: '203.0.113.9', forwarded: '198.51.100.1' })).toBe('203.0.113.9')
    expect(await seen({ peer: '203.0.113.9', forwarded: '198.51.100.1', trusted: ['10.0.0.0/8'] })).toBe('203.0.113.9')
  })

  test('are followed from the right to the first hop that is not a proxy', async () => {
    const trusted = ['10.0.0.0/8', '2001:db8:1::/48']
    expect(await seen({ peer: '10.0.0.1', forwarded: '198.51.100.1', trusted })).toBe('198.51.100.1')
    expect(await seen({ peer: '10.0.0.1', forwarded: '1.1.1.1, 198.51.100.1, 10.2.3.4', trusted })).toBe('198.51.100.1')
    expect(await seen({ peer: '2001:db8:1::5', forwarded: '1.1.1.1,198.51.100.1', trusted })).toBe('198.51.100.1')
  })

  test('are followed up to an invalid entry, and may contain ports', async () => {
    const trusted = ['10.0.0.0/8']
    expect(await seen({ peer: '10.0.0.1', forwarded: '198.51.100.1, unknown', trusted })).toBe('10.0.0.1')
    expect(await seen({ peer: '10.0.0.1', forwarded: '127.1', trusted })).toBe('10.0.0.1')
    expect(await seen({ peer: '10.0.0.1', forwarded: '', trusted })).toBe('10.0.0.1')
    expect(await seen({ peer: '10.0.0.1', forwarded: '198.51.100.1:4711', trusted })).toBe('198.51.100.1')
    expect(await seen({ peer: '10.0.0.1', forwarded: '[2001:db8::7]:4711', trusted })).toBe('2001:db8::7')
  })

  test('other than X-Forwarded-For are never read', async () => {
    const node = await startTestNode({ app: { trustedProxies: proxies('10.0.0.0/8') } })
    const headers = { 'X-Real-IP': '1.1.1.1', Forwarded: 'for=1.1.1.1', 'CF-Connecting-IP': '1.1.1.1' }
    await node.request('/api/v1/auth/me', { headers }, '10.0.0.1')
    expect(JSON.parse(node.logLines.at(-1) ?? '{}').ip).toBe('10.0.0.1')
  })
})

describe('J07 addresses', () => {
  test('IPv4-mapped addresses are converted to IPv4, also when matching proxies', async () => {
    expect(await seen({ peer: '::ffff:203.0.113.9' })).toBe('203.0.113.9')
    expect(await seen({ peer: '::ffff:10.0.0.1', forwarded: '198.51.100.1', trusted: ['10.0.0.0/8'] })).toBe(
      '198.51.100.1',
    )
  })

  test('zone ids are dropped, and invalid CIDRs are refused', async () => {
    expect(await seen({ peer: 'fe80::1%eth0' })).toBe('fe80::1')
    expect(
      [parseCidr('10.0.0.0/8'), parseCidr('::1'), parseCidr('nonsense'), parseCidr('10.0.0.0/99')].map(Boolean),
    ).toEqual([true, true, false, false])
  })

  test('J06 abbreviated and octal addresses of proxies are refused: 010.0.0.0/8 is not 8.0.0.0/8, and 10.1 is not 10.0.0.1', () => {
    const slips = ['010.0.0.0/8', '10.0.0/8', '10.1/16', '10.1', '0x0a.0.0.1', '167772161']
    expect(slips.map(parseCidr)).toEqual(slips.map(() => null))
  })
})

test('every answer has a new request id, and ids from clients are ignored', async () => {
  const node = await startTestNode()
  const headers = { 'X-Request-Id': 'chosen' }
  const ids = [
    (await node.request('/healthz', { headers })).headers.get('x-request-id'),
    (await node.request('/oauth/nothing', { headers })).headers.get('x-request-id'),
    (await node.request('/trpc/server.info', { headers })).headers.get('x-request-id'),
  ]
  expect(new Set(ids).size).toBe(3)
  for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/)
})
