/**
 * TLS in front of a fake node, with a certificate for archive.example, localhost and 127.0.0.1 from a test authority. `openssl` makes both
 * for each front, and they are deleted with it: the repository has no private keys.
 */
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'

export interface TlsFront extends AsyncDisposable {
  port: number
  /** The file with the test authority's certificate, like one from a company. */
  authority: string
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
const extensions = 'subjectAltName=DNS:archive.example,DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n'

/** Makes `ca.pem`, and `server.pem` with its key `server.key`, valid for one day. */
async function makeCertificates(folder: string): Promise<void> {
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  await writeFile(join(folder, 'extensions'), extensions)
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=OSA test CA', '-days', '1')
  openssl('req', '-new', ...newKey, '-keyout', 'server.key', '-out', 'request', '-subj', '/CN=archive.example')
  const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-set_serial', '1', '-extfile', 'extensions', '-days', '1']
  openssl('x509', '-req', '-in', 'request', ...signing, '-out', 'server.pem')
}

/** Forwards TLS connections to a node on loopback. */
export async function startTlsFront(nodeUrl: string): Promise<TlsFront> {
  const folder = await mkdtemp(join(tmpdir(), 'osa-tls-'))
  await makeCertificates(folder)
  const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8')
  const [authority, certificate, key] = await Promise.all(['ca.pem', 'server.pem', 'server.key'].map(read))
  const open = new Set<Socket>()
  const server = createServer({ cert: `${certificate}${authority}`, key }, (socket) => {
    const target = connect(Number(new URL(nodeUrl).port), '127.0.0.1')
    for (const side of [socket, target]) open.add(side.on('error', () => side.destroy()))
    socket.pipe(target).pipe(socket)
  })
  // Tests expect that a client which does not trust the certificate ends the handshake.
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    port: (server.address() as AddressInfo).port,
    authority: join(folder, 'ca.pem'),
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy()
      await new Promise<void>((done) => server.close(() => done()))
      await rm(folder, { recursive: true })
    },
  }
}
