/** A reverse proxy that terminates TLS with a self-signed certificate, and whose forwarding headers can be changed. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type IncomingHttpHeaders, request } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The address from which this proxy connects to nodes. */
export const proxyAddress = '127.0.0.2'

/** Makes the headers that the proxy forwards; `client` is the address of the client. */
export type Forwarding = (headers: IncomingHttpHeaders, client: string) => IncomingHttpHeaders

/** The correct behaviour: appends the client to `X-Forwarded-For` and sends the scheme as `X-Forwarded-Proto`. */
export const appendClient: Forwarding = (headers, client) => ({
  ...headers,
  'x-forwarded-for': [headers['x-forwarded-for'], client].filter((part) => part !== undefined).join(', '),
  'x-forwarded-proto': 'https',
})

/** Starts the proxy on a free port of localhost, in front of a node on `port`. The certificate is valid for `days`. */
export async function startTlsProxy({ port, days = 30 }: { port: number; days?: number }) {
  const folder = mkdtempSync(join(tmpdir(), 'osa-proxy-'))
  const [keyPath, certificatePath] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost']
  const named = ['-addext', 'subjectAltName=DNS:localhost', '-days', String(days)]
  execFileSync('openssl', ['req', '-x509', ...made, ...named, '-keyout', keyPath, '-out', certificatePath], {
    stdio: 'ignore',
  })
  const settings: { forward: Forwarding } = { forward: appendClient }
  const options = { key: readFileSync(keyPath), cert: readFileSync(certificatePath) }
  const server = createServer(options, (incoming, outgoing) => {
    const { method, url: path, socket } = incoming
    const headers = settings.forward(incoming.headers, socket.remoteAddress ?? '')
    const upstream = request(
      { host: '127.0.0.1', port, localAddress: proxyAddress, method, path, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      },
    )
    upstream.on('error', () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end()))
    incoming.pipe(upstream)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    /** For NODE_EXTRA_CA_CERTS of processes that should trust it. */
    certificatePath,
    settings,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      rmSync(folder, { recursive: true })
    },
  }
}
