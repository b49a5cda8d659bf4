/** Checks the TLS certificate of the public address. */
import { connect } from 'node:tls'
import { type Finding, fix, ok } from './finding.ts'

const timeoutMs = 10_000

/** Connects to `url` and checks that its certificate is trusted and not about to expire. */
export const examineCertificate = (url: URL): Promise<Finding> =>
  new Promise((resolve) => {
    const socket = connect({ host: url.hostname, port: Number(url.port || 443), servername: url.hostname })
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)))
    socket.once('secureConnect', () => {
      const { valid_from: validFrom, valid_to: validTo } = socket.getPeerCertificate()
      const protocol = socket.getProtocol()
      socket.destroy()
      const times = { validFrom: new Date(validFrom), validTo: new Date(validTo) }
      resolve(certificateFinding(times, { now: new Date(), protocol }))
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(
        fix('tls', `no trusted connection to ${url.host}: ${error.code ?? error.message}`, tlsTodo(error.code ?? '')),
      )
    })
  })

const tlsTodo = (code: string): string =>
  /CERT|SIGNED|VERIFY|ALTNAME/.test(code)
    ? 'Give the proxy a certificate for this name, with its full chain. For a private authority, set NODE_EXTRA_CA_CERTS.'
    : 'Check that the name resolves to the proxy, and that the proxy is running.'

const dayMs = 86_400_000
const soonMs = 14 * dayMs

/**
 * Returns `fix` if a certificate expires soon. Certificates are valid for months, days or hours, and are usually renewed when a third of
 * that is left.
 */
export function certificateFinding(
  { validFrom, validTo }: { validFrom: Date; validTo: Date },
  { now, protocol }: { now: Date; protocol: string | null },
): Finding {
  const leftMs = validTo.getTime() - now.getTime()
  const left =
    leftMs < 2 * dayMs ? `${Math.floor(leftMs / 3_600_000)} more hours` : `${Math.floor(leftMs / dayMs)} more days`
  const found = `${protocol}, certificate valid for ${left}`
  return leftMs < Math.min(soonMs, (validTo.getTime() - validFrom.getTime()) / 4)
    ? fix('tls', found, 'Renew it, and find out why the proxy has not.')
    : ok('tls', found)
}
