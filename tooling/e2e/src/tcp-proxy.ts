/** A proxy in front of a database that cuts connections on demand, before a message is delivered or before its answer is. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** Cut before the message reaches the server, or after it did but before the answer reaches the client. */
export type Cut = 'before' | 'after'

export interface TcpProxy extends AsyncDisposable {
  readonly port: number
  /** Cuts the connection that sends the `nth` message from now on (1 is the next). */
  arm(nth: number, cut: Cut): void
  /** Stops cutting. Returns whether the armed cut has happened. */
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
    let cutsAnswer = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy()) // broken connections are expected
      socket.on('close', () => sockets.delete(socket))
    }
    client.on('data', (message) => {
      if (armed === null || --armed.left > 0) return void upstream.write(message)
      const { cut } = armed
      armed = null
      fired = true
      if (cut === 'before') return reset(client, upstream)
      cutsAnswer = true
      upstream.write(message)
    })
    upstream.on('data', (answer) => {
      if (cutsAnswer) reset(client, upstream)
      else client.write(answer)
    })
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
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
