import { expect, test } from 'vitest'
import { createProxiedFetch, proxyFor } from './proxy.ts'

const to = (env: Record<string, string>, url = 'https://a.example/x') => proxyFor(env, new URL(url))

test('K40 only https uses a proxy, so that no proxy sees a request', () => {
  expect(to({ HTTPS_PROXY: 'http://p:1' })).toMatchObject({ url: 'http://p:1', variable: 'HTTPS_PROXY' })
  expect(to({ HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'http://p:1' }, 'http://127.0.0.1/')).toBeNull()
})

test('lower-case variables win, and empty ones count as unset', () => {
  expect(to({ https_proxy: 'http://lower:1', HTTPS_PROXY: 'http://upper:1' })?.url).toBe('http://lower:1')
  expect(to({ https_proxy: '', HTTPS_PROXY: '' })).toBeNull()
})

test.each(['a.example', '.example', 'example', '*', 'b.example, a.example', 'a.example:443', '*.example'])(
  'K40 NO_PROXY=%s exempts a.example',
  (NO_PROXY) => {
    expect(to({ HTTPS_PROXY: 'http://p:1', NO_PROXY })).toBeNull()
  },
)

test.each(['localhost,127.0.0.1,::1', '[::1]', '[::1]:443'])(
  'K40 NO_PROXY=%s exempts the loopback address of IPv6',
  (NO_PROXY) => {
    expect(to({ HTTPS_PROXY: 'http://p:1', NO_PROXY }, 'https://[::1]/x')).toBeNull()
  },
)

test.each(['::2', '[::1]:8443', '1'])('K40 NO_PROXY=%s does not exempt [::1]', (NO_PROXY) => {
  expect(to({ HTTPS_PROXY: 'http://p:1', NO_PROXY }, 'https://[::1]/x')).not.toBeNull()
})

test.each(['b.example', 'xa.example', 'a.example:8443', ''])(
  'K40 NO_PROXY=%j does not exempt a.example',
  (NO_PROXY) => {
    expect(to({ HTTPS_PROXY: 'http://p:1', NO_PROXY })).not.toBeNull()
  },
)

test('K17 the password of a proxy is not shown', () => {
  expect(to({ HTTPS_PROXY: 'http://me:hunter2@p:1' })?.url).toBe('http://p:1')
})

test.each([
  ['socks5://me:hunter2@p:1', 'socks5://p:1'],
  ['ftp://p', 'ftp://p'],
  ['::', '(unreadable address)'],
])('K40 a proxy that is not used through CONNECT is refused, and named: %s', async (HTTPS_PROXY, shown) => {
  const asked = createProxiedFetch({ HTTPS_PROXY })('https://a.example')
  await expect(asked).rejects.toMatchObject({
    code: 'proxy',
    message: `Can't use the proxy ${shown} (HTTPS_PROXY): it must be an http:// or https:// address`,
  })
})
