import { describe, expect, test } from 'vitest'
import { isOsaError } from './errors.ts'
import { canonicalServer, isSameOrigin } from './server-url.ts'

function codeOf(input: string): string {
  try {
    return canonicalServer(input)
  } catch (error) {
    return isOsaError(error) ? error.code : 'not an OsaError'
  }
}

describe('canonicalServer', () => {
  test.each([
    ['http://a.example', 'insecure_http'],
    ['http://localhost.evil.example', 'insecure_http'],
    ['http://127.0.0.1.nip.io', 'insecure_http'],
    ['http://sub.localhost', 'insecure_http'],
    ['http://localhost@evil.example', 'invalid_server_url'],
    ['http://0.0.0.0', 'insecure_http'],
    ['http://10.0.0.1', 'insecure_http'],
    ['ftp://a.example', 'invalid_server_url'],
    ['file:///etc/passwd', 'invalid_server_url'],
    ['ftp://', 'invalid_server_url'],
    ['//a.example', 'invalid_server_url'],
    ['', 'invalid_server_url'],
    [' ', 'invalid_server_url'],
    ['https:///x', 'invalid_server_url'],
    ['https:////x', 'invalid_server_url'],
    ['https:///', 'invalid_server_url'],
    ['https://', 'invalid_server_url'],
    ['https://:443', 'invalid_server_url'],
    ['https:\\\\x', 'invalid_server_url'],
    ['https://\\x', 'invalid_server_url'],
    ['https://a.example\\@evil.example', 'invalid_server_url'],
    ['///x', 'invalid_server_url'],
    ['/x', 'invalid_server_url'],
    ['\\\\x', 'invalid_server_url'],
    ['a.localhost:1', 'insecure_http'],
  ])('K01 RFC 8628 §3.1: %s is refused', (input, code) => {
    expect(codeOf(input)).toBe(code)
  })

  test.each([
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
    ['http://localhost:8000/', 'http://localhost:8000'],
    ['http://0x7f000001', 'http://127.0.0.1'],
  ])('K01 http to the loopback literal %s is allowed', (input, server) => {
    expect(canonicalServer(input)).toBe(server)
  })

  test.each([
    ['https://u:p@h/', 'invalid_server_url'],
    ['https://@h/', 'invalid_server_url'],
    ['https://h/?x', 'invalid_server_url'],
    ['https://h/?', 'invalid_server_url'],
    ['https://h/#x', 'invalid_server_url'],
    ['https:// h', 'invalid_server_url'],
    ['https://h x', 'invalid_server_url'],
    ['h\u00a0x', 'invalid_server_url'],
    ['https://h\n.evil', 'invalid_server_url'],
    ['https://h\t', 'invalid_server_url'],
    ['https://h\u0085', 'invalid_server_url'],
  ])('K02 %j is refused', (input, code) => {
    expect(codeOf(input)).toBe(code)
  })

  test('K02 the error does not repeat a password in an address', () => {
    expect(() => canonicalServer('https://me:hunter2@h')).toThrow(expect.not.stringContaining('hunter2'))
    expect(() => canonicalServer('https://me:hunter2@[')).toThrow(expect.not.stringContaining('hunter2'))
  })

  test('K02 a look-alike host is shown in punycode', () => {
    expect(canonicalServer('https://\u0430rchive.example')).toBe('https://xn--rchive-2nf.example')
  })

  test.each([
    ['HTTPS://Archive.Example:443//', 'https://archive.example'],
    ['archive.example', 'https://archive.example'],
    ['archive.example:8443/base/', 'https://archive.example:8443/base'],
    ['localhost:8000', 'http://localhost:8000'],
    ['127.0.0.1', 'http://127.0.0.1'],
    ['[::1]:9', 'http://[::1]:9'],
    [' https://h.example ', 'https://h.example'],
    ['\u00a0h.example/base/ ', 'https://h.example/base'],
    ['localhost.evil.example', 'https://localhost.evil.example'],
  ])('the canonical form of %s is %s', (input, server) => {
    expect(canonicalServer(input)).toBe(server)
    expect(canonicalServer(server)).toBe(server)
  })

  test('http to another machine needs an explicit permission', () => {
    expect(canonicalServer('http://10.0.0.5:8000', { allowHttp: true })).toBe('http://10.0.0.5:8000')
    expect(canonicalServer('a.localhost:1', { allowHttp: true })).toBe('http://a.localhost:1')
  })
})

test('K24 origins are compared by scheme, host and port, and all loopback hosts count as the same', () => {
  expect(isSameOrigin('https://a.example/x', 'https://a.example')).toBe(true)
  expect(isSameOrigin('https://a.example:8443', 'https://a.example')).toBe(false)
  expect(isSameOrigin('http://a.example', 'https://a.example')).toBe(false)
  expect(isSameOrigin('https://a.example.evil', 'https://a.example')).toBe(false)
  expect(isSameOrigin('http://localhost:8000', 'http://127.0.0.1:8000')).toBe(true)
  expect(isSameOrigin('http://localhost:8001', 'http://127.0.0.1:8000')).toBe(false)
})
