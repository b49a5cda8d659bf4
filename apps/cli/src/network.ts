/** Puts the CLI's requests together: proxies, company certificates, the debug log. */
import { cleanText, createHttp, type Environment, type Http, OsaError } from '@osa/sdk/node'
import { createProxiedFetch, proxyFor } from './proxy.ts'
import { version } from './version.ts'

/** Adds the system's certificates to Node's own, where this Node can; company proxies are commonly known only there. */
const trustSystemCertificates = async (): Promise<void> => {
  // Loaded with the first https request only: it costs more than the rest of the start-up.
  const tls = await import('node:tls')
  if (!('setDefaultCACertificates' in tls) || typeof tls.setDefaultCACertificates !== 'function') return
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), ...tls.getCACertificates('system')])
}

const refuseUncheckedTls = (env: Environment): void => {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return
  throw new OsaError('tls', 'NODE_TLS_REJECT_UNAUTHORIZED=0 turns off the check of certificates', {
    hint: "Unset it; point NODE_EXTRA_CA_CERTS at your company's CA file (PEM) instead",
  })
}

/** The request function of this run. Certificates and proxies are looked at when the first https request is made. */
export const createCliHttp = (options: { env: Environment; timeoutMs: number; log: (line: string) => void }): Http => {
  const { env, timeoutMs, log } = options
  let isPrepared = false
  const http = createHttp({
    timeoutMs,
    userAgent: `osa/${version} node/${process.versions.node}`,
    fetch: createProxiedFetch(env),
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
