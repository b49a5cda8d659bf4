/**
 * TLS in front of a fake node, with a certificate of a test authority for archive.example, localhost and 127.0.0.1. Both are made by
 * `openssl` for each front and thrown away with it: no private key is kept in the repository.
 */
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'

export interface TlsFront extends AsyncDisposable {
  port: number
  /** The file of the test authority's certificate, as a company would hand it out. */
  authority: string
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
const extensions = 'subjectAltName=DNS:archive.example,DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n'

/** Makes `ca.pem`, and `server.pem` with its key `server.key`, valid for a day. */
async function makeCertificates(folder: string): Promise<void> {
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  await writeFile(join(folder, 'extensions'), extensions)
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=OSA test CA', '-days', '1')
  openssl('req', '-new', ...newKey, '-keyout', 'server.key', '-out', 'request', '-subj', '/CN=archive.example')
  const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-set_serial', '1', '-extfile', 'extensions', '-days', '1']
  openssl('x509', '-req', '-in', 'request', ...signing, '-out', 'server.pem')
}

/** Passes what arrives over TLS on to a node on loopback. */
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
  // A client that does not trust the certificate ends the handshake; that is what it is tested for.
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
