/**
 * The terminal's half of the same-computer proof: a listener on 127.0.0.1. The node sends a browser here with a state, and the listener sends
 * it back with the nonce. Requests from other users of the computer, from web pages and from browsers elsewhere get no answer.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { isOwnPeer } from './own-peer.ts'

/** An attempt to prove the computer may cost a login 300 ms; half of that is reserved for late timers on a busy computer. */
const answersWithinMs = 150
/** Requests without a `Host` are left to the check below, which does not answer them, instead of Node's own 400. */
const serverOptions = {
  requireHostHeader: false,
  requestTimeout: 5_000,
  headersTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
}
const maxConnections = 32

export interface LoopbackListener {
  /** SHA-256 of the nonce, base64url. Sent with the start of the login. */
  readonly challenge: string
  /** The port, also sent with the start of the login. */
  readonly port: number
  /** Sets the address to send a browser back to, with the code for the form there. Until then, browsers get no answer. */
  leadTo(back: { readonly sameComputerUri: string; readonly userCode: string }): void
  /** Resolves when a browser has come and has been sent back. */
  readonly visited: Promise<void>
  /** Stops listening. The listener also closes by itself after it has handed out the nonce. */
  close(): void
}

/** Listens on a free port of 127.0.0.1. Resolves to null if that fails, or if a connection to the port does not arrive within 150 ms. */
export async function listenOnLoopback(): Promise<LoopbackListener | null> {
  const nonce = randomBytes(32).toString('base64url')
  const challenge = createHash('sha256').update(nonce).digest('base64url')
  let tellVisited = (): void => undefined
  const visited = new Promise<void>((resolve) => {
    tellVisited = resolve
  })
  const peers = new WeakMap<Socket, Promise<boolean>>()
  let target: URL | null = null

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', `http://127.0.0.1:${port}`)
    const isWelcome = isNavigationTo(request, url, `/${challenge}`) && (await peers.get(request.socket))
    if (!isWelcome || target === null) return void request.socket.destroy()
    const to = target
    target = null
    server.close()
    to.searchParams.set('state', url.searchParams.get('state') ?? '')
    to.searchParams.set('nonce', nonce)
    response.writeHead(303, { ...headers, location: to.href }).end()
    tellVisited()
  }
  const server = createServer(serverOptions, (...call) => {
    answer(...call).catch(() => call[0].socket.destroy())
  })
  server.maxConnections = maxConnections
  server.on('connection', (socket) => {
    const isOwn = isOwnPeer(socket)
    peers.set(socket, isOwn)
    void isOwn.then((own) => own || socket.destroy())
  })
  server.on('clientError', (_error, socket) => socket.destroy())

  const isListening = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(0, '127.0.0.1', () => resolve(true))
  })
  if (!isListening) return null
  const { port } = server.address() as AddressInfo
  const close = (): void => {
    server.close()
    server.closeAllConnections()
  }
  if (!(await isReached(port))) {
    close()
    return null
  }
  return {
    challenge,
    port,
    leadTo({ sameComputerUri, userCode }) {
      target = new URL(sameComputerUri)
      target.searchParams.set('user_code', userCode)
    },
    visited,
    close,
  }
}

const headers = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', connection: 'close' }

/** Whether a request is a browser's navigation, which a page's scripts cannot send, to our own host and port and not to another name for it. */
function isNavigationTo({ method, headers: sent }: IncomingMessage, url: URL, path: string): boolean {
  const { host, origin, 'sec-fetch-mode': mode = 'navigate', 'sec-fetch-dest': destination = 'document' } = sent
  return (
    method === 'GET' &&
    host === url.host &&
    origin === undefined &&
    mode === 'navigate' &&
    destination === 'document' &&
    isSame(url.pathname, path) &&
    /^\?state=[\w.-]{1,200}$/.test(url.search)
  )
}

const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))

/** Whether a connection from this computer arrives. A firewall may silently drop it. */
const isReached = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    const settle = (reached: boolean): void => {
      socket.destroy()
      resolve(reached)
    }
    // a busy process may run its timer before it sees a connection that has already arrived, so that is checked first
    socket.setTimeout(answersWithinMs, () => setImmediate(settle, false))
    socket.once('connect', () => settle(true)).once('error', () => settle(false))
  })
