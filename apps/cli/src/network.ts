/** The requests of the CLI: proxies, company certificates, the debug log. */
import { type Network, openNetwork } from '@osa/sdk/internal'
import { type ClientEvent, cleanText, type Environment, OsaError } from '@osa/sdk/node'
import { createProxiedFetch } from './proxy.ts'
import { traceHeaders } from './trace-context.ts'
import { version } from './version.ts'

/** Called for the first https request only: loading node:tls takes longer than the rest of the start-up. */
const loadTls = () => import('node:tls')

/** Whether this Node has `tls.setDefaultCACertificates` (22.19, 24.5 and newer). The types always declare it. */
const canSetAuthorities = (tls: object): boolean => typeof Reflect.get(tls, 'setDefaultCACertificates') === 'function'

/** Adds the system's certificates to Node's own, if this Node can. The certificates of company proxies are often installed only there. */
async function trustSystemCertificates(): Promise<void> {
  const tls = await loadTls()
  if (!canSetAuthorities(tls)) return
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), ...tls.getCACertificates('system')])
}

/**
 * Reads the certificates of SSL_CERT_FILE for older Nodes, which ignore it because they read no system certificates. Passing certificates to
 * Node replaces its default, so the result also has Node's own and those of NODE_EXTRA_CA_CERTS. Null for a Node that reads them itself.
 */
async function namedAuthorities(env: Environment): Promise<readonly string[] | null> {
  const tls = await loadTls()
  if (!env.SSL_CERT_FILE || canSetAuthorities(tls)) return null
  const { readFile } = await import('node:fs/promises')
  const named = [env.SSL_CERT_FILE, env.NODE_EXTRA_CA_CERTS].filter((path) => path !== undefined && path !== '')
  // A file that cannot be read is ignored, as OpenSSL and Node do.
  const read = named.map((path) => readFile(path as string, 'utf8').catch(() => ''))
  return [...tls.rootCertificates, ...(await Promise.all(read))]
}

function refuseUncheckedTls(env: Environment): void {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return
  throw new OsaError('tls', 'NODE_TLS_REJECT_UNAUTHORIZED=0 turns off certificate checks', {
    hint: "Unset it; point NODE_EXTRA_CA_CERTS at your company's CA file (PEM) instead",
  })
}

export interface CliNetworkOptions {
  env: Environment
  /** `--timeout`, if it was given. */
  timeoutMs: number | undefined
  log: (line: string) => void
  /** Filled in with the last `Date` header of each server, by origin. */
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

/** Returns a `fetch` that uses this computer's proxies and certificate authorities. Loads certificates with the first https request. */
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

/** Opens the network of this run. */
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
