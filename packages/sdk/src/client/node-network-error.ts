/** Turns an error from Node's `fetch` into a code that a person can act on. Never repeats a header or a body. */
import type { OsaError } from '../errors.ts'
import { isLoopback } from '../server-url.ts'
import { connectionFailed, type Failure, noAnswer, timeout } from './network-error.ts'

/** The proxy used for a request: its address (without the password) and the environment variable that named it. */
export interface ProxyInUse {
  readonly url: string
  readonly variable: string
}

const tlsCode = /CERT|^ERR_(TLS|SSL)|^SELF_SIGNED|^UNABLE_TO_|^DEPTH_ZERO|^EPROTO$|^HOSTNAME_MISMATCH|^CRL_/
/** OpenSSL's codes when the other end does not speak TLS. */
const plainTextCodes = ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG']
const dnsCodes = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME']
const timeoutCodes = ['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']

/** Returns an error and the errors inside it: `fetch failed` hides the reason one or two levels down, or in an AggregateError. */
function chain(error: unknown, depth = 0): Error[] {
  if (depth > 5 || !(error instanceof Error)) return []
  const inner = error instanceof AggregateError ? error.errors.slice(0, 5) : []
  return [error, ...[error.cause, ...inner].flatMap((next) => chain(next, depth + 1))]
}

const codesOf = (errors: Error[]): string[] =>
  errors.map((error) => String((error as NodeJS.ErrnoException).code ?? '')).filter((code) => code !== '')

/** A failure and the proxy, if any, that the request went through. */
interface NodeFailure extends Failure {
  readonly proxy?: ProxyInUse
}

function proxyError(failure: NodeFailure, proxy: ProxyInUse, errors: Error[]): OsaError {
  const status = errors.map((error) => /Proxy response \((\d+)\)/.exec(error.message)?.[1]).find(Boolean)
  const host = new URL(failure.server).hostname
  const what = status
    ? `The proxy ${proxy.url} (${proxy.variable}) refused the connection to ${host} (${status})`
    : `Can't reach ${host} through the proxy ${proxy.url} (${proxy.variable})`
  return noAnswer('proxy', what, failure, { hint: 'Check HTTPS_PROXY / NO_PROXY' })
}

function plainTextError(failure: Failure, code: string): OsaError {
  const url = new URL(failure.server)
  const hint = isLoopback(url) ? `Try http://${url.host}` : 'Check the port of the address'
  return noAnswer('tls', `${failure.server} does not speak https (${code})`, failure, { hint })
}

function tlsError(failure: Failure, code: string): OsaError {
  if (plainTextCodes.includes(code)) return plainTextError(failure, code)
  return noAnswer('tls', `Can't verify the certificate of ${new URL(failure.server).hostname} (${code})`, failure, {
    details: ['A company proxy may be inspecting traffic.'],
    hint: "Point NODE_EXTRA_CA_CERTS at your company's CA file (PEM) and try again",
  })
}

/** Returns the `OsaError` for a request that got no answer: `timeout`, `tls`, `proxy`, `dns`, `connection_refused` or `connection_failed`. */
export function nodeNetworkError(failure: NodeFailure): OsaError {
  const { server } = failure
  const errors = chain(failure.error)
  const codes = codesOf(errors)
  if (failure.timedOut || codes.some((code) => timeoutCodes.includes(code))) {
    return timeout(failure)
  }
  const tls = codes.find((code) => tlsCode.test(code))
  if (tls) return tlsError(failure, tls)
  if (failure.proxy) return proxyError(failure, failure.proxy, errors)
  const url = new URL(server)
  if (codes.some((code) => dnsCodes.includes(code))) {
    const reason = codes.includes('EAI_AGAIN') ? 'DNS: no answer' : 'DNS: no such host'
    return noAnswer('dns', `Can't find ${url.hostname} (${reason})`, failure, { hint: 'Check the address' })
  }
  if (codes.includes('ECONNREFUSED')) {
    const hint = isLoopback(url)
      ? 'Is the local archive running? Start it and try again'
      : "Check the address with your archive's administrator"
    return noAnswer('connection_refused', `Can't connect to ${server} (connection refused)`, failure, { hint })
  }
  return connectionFailed(failure, codes[0])
}
