/** A D-Bus that accepts connections and never answers, like a hung session. */
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { makeTemporaryDir } from './temporary-dir.ts'

/** A D-Bus that accepts connections and never answers. */
export interface SilentBus extends AsyncDisposable {
  /** The value for DBUS_SESSION_BUS_ADDRESS. */
  readonly address: string
  /** Returns the number of clients that are connected now. */
  connections(): number
  /** Returns the number of connections so far. */
  total(): number
}

/** Options of `startSilentBus`. */
export interface SilentBusOptions {
  /** True to answer which authentication mechanisms there are, and nothing after that: a bus that hangs only when it is used. */
  readonly hangsLater?: boolean
}

/** Starts a bus on a socket in a temporary folder. Stop it with `await using`. */
export async function startSilentBus({ hangsLater = false }: SilentBusOptions = {}): Promise<SilentBus> {
  const temporary = await makeTemporaryDir()
  const path = join(temporary.path, 'bus')
  const sockets = new Set<Socket>()
  let total = 0
  const server = createServer((socket) => {
    total++
    sockets.add(socket)
    // Reads the data, because the end of a connection goes unnoticed otherwise. A killed client may reset the connection.
    socket
      .on('data', (data) => {
        if (hangsLater && String(data) === '\0AUTH\r\n') socket.write('REJECTED EXTERNAL\r\n')
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
