/** The certificate of the public address. */
import { connect } from 'node:tls'
import { type Finding, fix, ok } from './finding.ts'

const timeoutMs = 10_000

/** Whether whoever comes to `url` is shown a certificate that they trust, and for how long yet. */
export const examineCertificate = (url: URL): Promise<Finding> =>
  new Promise((resolve) => {
    const socket = connect({ host: url.hostname, port: Number(url.port || 443), servername: url.hostname })
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error('it did not answer in time')))
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
    ? 'Give the proxy a certificate for this name with its whole chain. For an authority of your own: NODE_EXTRA_CA_CERTS.'
    : 'Does the name lead here, and does the proxy listen?'

const dayMs = 86_400_000
const soonMs = 14 * dayMs

/** Authorities give certificates for months, days or hours; whoever renews them does so when a third of that is left. */
export function certificateFinding(
  { validFrom, validTo }: { validFrom: Date; validTo: Date },
  { now, protocol }: { now: Date; protocol: string | null },
): Finding {
  const leftMs = validTo.getTime() - now.getTime()
  const left =
    leftMs < 2 * dayMs ? `${Math.floor(leftMs / 3_600_000)} more hours` : `${Math.floor(leftMs / dayMs)} more days`
  const found = `${protocol}, certificate for ${left}`
  return leftMs < Math.min(soonMs, (validTo.getTime() - validFrom.getTime()) / 4)
    ? fix('tls', found, 'Renew it; see why the proxy has not.')
    : ok('tls', found)
}
