/** Puts the CLI's requests together: proxies, company certificates, the debug log. */
import { cleanText, createHttp, type Environment, type Http, OsaError } from '@osa/sdk/node'
import { createProxiedFetch, proxyFor } from './proxy.ts'
import { version } from './version.ts'

/** Loaded with the first https request only: it costs more than the rest of the start-up. */
const loadTls = () => import('node:tls')

/** Since Node 22.19 and 24.5; the types always have it. */
const canSetAuthorities = (tls: object): boolean => typeof Reflect.get(tls, 'setDefaultCACertificates') === 'function'

/** Adds the system's certificates to Node's own, where this Node can; company proxies are commonly known only there. */
const trustSystemCertificates = async (): Promise<void> => {
  const tls = await loadTls()
  if (!canSetAuthorities(tls)) return
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), ...tls.getCACertificates('system')])
}

/**
 * Older Nodes read no system certificates, so SSL_CERT_FILE, which says where those are, has no effect there: then these are all that
 * count, Node's own and NODE_EXTRA_CA_CERTS among them, as naming any replaces the default. Null where Node sees to it.
 */
const namedAuthorities = async (env: Environment): Promise<readonly string[] | null> => {
  const tls = await loadTls()
  if (!env.SSL_CERT_FILE || canSetAuthorities(tls)) return null
  const { readFile } = await import('node:fs/promises')
  const named = [env.SSL_CERT_FILE, env.NODE_EXTRA_CA_CERTS].filter((path) => path !== undefined && path !== '')
  // One that cannot be read is passed over, as OpenSSL and Node do.
  const read = named.map((path) => readFile(path as string, 'utf8').catch(() => ''))
  return [...tls.rootCertificates, ...(await Promise.all(read))]
}

const refuseUncheckedTls = (env: Environment): void => {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return
  throw new OsaError('tls', 'NODE_TLS_REJECT_UNAUTHORIZED=0 turns off the check of certificates', {
    hint: "Unset it; point NODE_EXTRA_CA_CERTS at your company's CA file (PEM) instead",
  })
}

export interface CliHttpOptions {
  env: Environment
  /** `--timeout`, if it was given. */
  timeoutMs: number | undefined
  log: (line: string) => void
}

/** The request function of this run. Certificates and proxies are looked at when the first https request is made. */
export const createCliHttp = (options: CliHttpOptions): Http => {
  const { env, timeoutMs, log } = options
  let isPrepared = false
  const http = createHttp({
    timeoutMs,
    userAgent: `osa/${version} node/${process.versions.node}`,
    fetch: createProxiedFetch(env, () => namedAuthorities(env)),
    proxyFor: (url) => proxyFor(env, url),
    onExchange: ({ method, url, outcome, elapsedMs, requestId }) =>
      log(`${method} ${url} ${outcome} ${elapsedMs} ms${requestId ? ` (request ${cleanText(requestId, 80)})` : ''}`),
  })
  return async (request) => {
    if (!isPrepared && request.server.startsWith('https:')) {
      refuseUncheckedTls(env)
      await trustSystemCertificates()
      isPrepared = true
    }
    return await http(request)
  }
}
