/** Puts the CLI's requests together: proxies, company certificates, the debug log. */
import { type Network, openNetwork } from '@osa/sdk/internal'
import { type ClientEvent, cleanText, type Environment, OsaError } from '@osa/sdk/node'
import { createProxiedFetch } from './proxy.ts'
import { traceHeaders } from './trace-context.ts'
import { version } from './version.ts'

/** Loaded with the first https request only: it costs more than the rest of the start-up. */
const loadTls = () => import('node:tls')

/** Since Node 22.19 and 24.5; the types always have it. */
const canSetAuthorities = (tls: object): boolean => typeof Reflect.get(tls, 'setDefaultCACertificates') === 'function'

/** Adds the system's certificates to Node's own, where this Node can; company proxies are commonly known only there. */
async function trustSystemCertificates(): Promise<void> {
  const tls = await loadTls()
  if (!canSetAuthorities(tls)) return
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), ...tls.getCACertificates('system')])
}

/**
 * Older Nodes read no system certificates, so SSL_CERT_FILE, which says where those are, has no effect there: then these are all that
 * count, Node's own and NODE_EXTRA_CA_CERTS among them, as naming any replaces the default. Null where Node sees to it.
 */
async function namedAuthorities(env: Environment): Promise<readonly string[] | null> {
  const tls = await loadTls()
  if (!env.SSL_CERT_FILE || canSetAuthorities(tls)) return null
  const { readFile } = await import('node:fs/promises')
  const named = [env.SSL_CERT_FILE, env.NODE_EXTRA_CA_CERTS].filter((path) => path !== undefined && path !== '')
  // One that cannot be read is passed over, as OpenSSL and Node do.
  const read = named.map((path) => readFile(path as string, 'utf8').catch(() => ''))
  return [...tls.rootCertificates, ...(await Promise.all(read))]
}

function refuseUncheckedTls(env: Environment): void {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return
  throw new OsaError('tls', 'NODE_TLS_REJECT_UNAUTHORIZED=0 turns off the check of certificates', {
    hint: "Unset it; point NODE_EXTRA_CA_CERTS at your company's CA file (PEM) instead",
  })
}

export interface CliNetworkOptions {
  env: Environment
  /** `--timeout`, if it was given. */
  timeoutMs: number | undefined
  log: (line: string) => void
  /** Where the servers' `Date` headers are noted, by origin. */
  serverDates: Map<string, string>
}

function logLine(event: ClientEvent): string | null {
  if (event.type !== 'response' && event.type !== 'failure') return null
  const { method, url, elapsedMs } = event
  const outcome = event.type === 'response' ? event.status : event.code
  const request = event.type === 'response' && event.requestId ? ` (request ${cleanText(event.requestId, 80)})` : ''
  return `${method} ${url} ${outcome} ${elapsedMs} ms${request}`
}

function withHeaders(init: RequestInit | undefined, more: readonly [string, string][]): RequestInit | undefined {
  if (more.length === 0) return init
  const headers = new Headers(init?.headers)
  for (const [name, value] of more) headers.set(name, value)
  return { ...init, headers }
}

/** A `fetch` with this computer's proxies and authorities. Certificates are looked at when the first https request is made. */
export function createCliFetch(env: Environment): typeof fetch {
  let isPrepared = false
  const send = createProxiedFetch(env, () => namedAuthorities(env))
  return async (input, init) => {
    if (!isPrepared && String(input).startsWith('https:')) {
      refuseUncheckedTls(env)
      await trustSystemCertificates()
      isPrepared = true
    }
    return await send(input, init)
  }
}

/** This run's way to servers. */
export function openCliNetwork({ env, timeoutMs, log, serverDates }: CliNetworkOptions): Network {
  const send = createCliFetch(env)
  const trace = Object.entries(traceHeaders(env))
  return openNetwork({
    timeoutMs,
    userAgent: `osa/${version}`,
    moreTime: '--timeout 120',
    onEvent: (event) => {
      if (event.type === 'response' && event.date) serverDates.set(new URL(event.url).origin, event.date)
      const line = logLine(event)
      if (line) log(line)
    },
    fetch: async (input, init) => await send(input, withHeaders(init, trace)),
  })
}
