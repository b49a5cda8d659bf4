/** A proxy before a database that cuts connections on demand: in the middle of a question, or of its answer. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** Before the message reaches the server, or after it did and before anybody hears what came of it. */
export type Cut = 'before' | 'after'

export interface TcpProxy extends AsyncDisposable {
  readonly port: number
  /** Cuts the connection that sends the `nth` message from now on (1 is the next). */
  arm(nth: number, cut: Cut): void
  /** Whether the armed cut has happened; from now on all is let through. */
  disarm(): boolean
}

/** Listens on loopback and forwards to `target`. A chunk from a client is one message: the driver sends each statement as one. */
export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let armed: { left: number; readonly cut: Cut } | null = null
  let fired = false

  const reset = (...pair: Socket[]) => {
    for (const socket of pair) socket.resetAndDestroy()
  }
  const server = createServer((client) => {
    const upstream = connect(target)
    let deaf = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy()) // a broken connection is what this is for
      socket.on('close', () => sockets.delete(socket))
    }
    client.on('data', (message) => {
      if (armed === null || --armed.left > 0) return void upstream.write(message)
      const { cut } = armed
      armed = null
      fired = true
      if (cut === 'before') return reset(client, upstream)
      deaf = true
      upstream.write(message)
    })
    upstream.on('data', (answer) => {
      if (deaf) reset(client, upstream)
      else client.write(answer)
    })
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port was given out')
  return {
    port: address.port,
    arm(nth, cut) {
      armed = { left: nth, cut }
      fired = false
    },
    disarm() {
      armed = null
      return fired
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
