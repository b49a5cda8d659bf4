/** A D-Bus that takes connections and never says a word: what a hung session looks like to a client. */
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { makeTemporaryDir } from './temporary-dir.ts'

/** A D-Bus that accepts connections and never answers. */
export interface SilentBus extends AsyncDisposable {
  readonly address: string
  /** How many clients are connected now. */
  connections(): number
  /** How many have been, in all. */
  total(): number
}

/** What such a bus does say. */
export interface SilentBusOptions {
  /** Says how one may authenticate, and nothing after that: a bus that is alive, and hangs as it is used. */
  readonly hangsLater?: boolean
}

/** Listens on a socket in a folder of its own; dispose it with `await using`. */
export async function startSilentBus({ hangsLater = false }: SilentBusOptions = {}): Promise<SilentBus> {
  const temporary = await makeTemporaryDir()
  const path = join(temporary.path, 'bus')
  const sockets = new Set<Socket>()
  let total = 0
  const server = createServer((socket) => {
    total++
    sockets.add(socket)
    // Read, or its end would not be noticed; a killed client may reset the connection.
    socket
      .on('data', (said) => {
        if (hangsLater && String(said) === '\0AUTH\r\n') socket.write('REJECTED EXTERNAL\r\n')
      })
      .on('close', () => sockets.delete(socket))
      .on('error', () => sockets.delete(socket))
  })
  await new Promise<void>((done) => server.listen(path, done))
  return {
    address: `unix:path=${path}`,
    connections: () => sockets.size,
    total: () => total,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((done) => server.close(() => done()))
      await temporary[Symbol.asyncDispose]()
    },
  }
}
