/** Server addresses: their canonical form, and which of them may receive a credential. Isomorphic. */
import { OsaError } from './errors.ts'
import { cleanText } from './text.ts'

const loopbackHost = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/
/** Addresses without a scheme by which a person means their own machine (RFC 6761 §6.3 for names below `localhost`). */
const typedLoopback = /^((?:[a-z0-9-]+\.)*localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d+)?(\/|$)/i
/** Spaces, including non-breaking ones, that pasting leaves around an address. */
const pastedSpaces = /^[ \u00a0]+|[ \u00a0]+$/g

/** Whether a URL's host is `localhost` or a loopback address. A name that merely resolves to one does not count. */
export const isLoopback = (url: URL): boolean => loopbackHost.test(url.hostname)

const invalid = (input: string, why: string, hint = 'Use an address such as https://archive.example.org'): OsaError =>
  new OsaError('invalid_server_url', `"${cleanText(input)}" is not an archive's address: ${why}`, { hint })

function withScheme(input: string): string {
  if (input.includes('://')) return input
  return `${typedLoopback.test(input) ? 'http' : 'https'}://${input}`
}

/**
 * Parses an address. Throws `invalid_server_url`; the message never repeats a user name or password. The host is also checked in the text,
 * because WHATWG URL skips any number of slashes and reads `https:///x` as the host `x`.
 */
function parse(typed: string): URL {
  const input = typed.replace(pastedSpaces, '')
  if (input === '') throw new OsaError('invalid_server_url', 'The address of the archive is empty')
  if (/[\s\u0000-\u001f\u007f-\u009f]/.test(input)) throw invalid(input, 'it contains spaces or control characters')
  const text = withScheme(input)
  if (text.includes('\\')) throw invalid(input.includes('@') ? '…' : input, 'it contains a backslash')
  if (/^[^/]*:\/\/(\/|:|$)/.test(text)) throw invalid(input.includes('@') ? '…' : input, 'it has no host')
  if (!URL.canParse(text)) throw invalid(input.includes('@') ? '…' : input, 'it cannot be read as a URL')
  const url = new URL(text)
  if (url.username !== '' || url.password !== '' || /^[^/]*:\/\/[^/?#]*@/.test(text)) {
    throw new OsaError('invalid_server_url', 'The address of an archive must not contain a user name or password')
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw invalid(input, 'only https:// is supported')
  if (text.includes('?') || text.includes('#')) throw invalid(input, 'it must not have a query or fragment')
  return url
}

/**
 * Returns the canonical form of a server's address: scheme and host in lower case, punycode, no default port, no trailing slash, a path prefix
 * kept. Spaces around it are dropped. Without a scheme, it means https, or http for a loopback host. Throws `invalid_server_url`, and
 * `insecure_http` for http to any other host unless `allowHttp` is set (RFC 8628 §3.1).
 */
export function canonicalServer(input: string, options: { allowHttp?: boolean } = {}): string {
  const url = parse(input)
  const server = `${url.origin}${url.pathname.replace(/\/+$/, '')}`
  if (url.protocol === 'http:' && !isLoopback(url) && !options.allowHttp) {
    throw new OsaError('insecure_http', `Refusing to send credentials to ${server} without encryption`, {
      hint: 'Use https://, or set OSA_ALLOW_HTTP=1 if you trust this network',
      server,
    })
  }
  return server
}

/** Like `canonicalServer`, but returns null instead of throwing: for keys of a file, which may be anything. Allows http to any host. */
export function canonicalServerOrNull(input: string): string | null {
  try {
    return canonicalServer(input, { allowHttp: true })
  } catch (error) {
    if (error instanceof OsaError) return null
    throw error
  }
}

/** Whether two URLs have the same scheme, host and port. All loopback hosts count as the same, since nodes use either name. */
export function isSameOrigin(a: string | URL, b: string | URL): boolean {
  const [left, right] = [new URL(a), new URL(b)]
  if (left.origin === right.origin) return true
  return isLoopback(left) && isLoopback(right) && left.protocol === right.protocol && left.port === right.port
}
