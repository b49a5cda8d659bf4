/** A TCP relay before PostgreSQL: adds latency, and counts what goes through it. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface Counted {
  /** Statements executed, BEGIN and COMMIT among them. */
  readonly statements: number
  /** Times that a client waited for an answer. */
  readonly roundTrips: number
}

export interface Relay extends AsyncDisposable {
  /** The address of a database through the relay. */
  through(databaseUrl: string): string
  /** How long a message takes to PostgreSQL from now on; the way back takes none. */
  delayMs: number
  /** What has gone through since the last call. */
  counted(): Counted
}

export async function startRelay(databaseUrl: string): Promise<Relay> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let delayMs = 0
  let statements = 0
  let roundTrips = 0
  const count = (type: string): void => {
    if (type === 'E' || type === 'Q') statements++ // Execute, simple Query
    if (type === 'S' || type === 'Q') roundTrips++ // Sync
  }
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ host: target.hostname, port: Number(target.port), noDelay: true })
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy()) // a server under test that is ended ends its connections
      socket.on('close', () => sockets.delete(socket))
    }
    const look = messageTypes(count)
    client.on('data', (data) => {
      look(data)
      if (delayMs === 0) upstream.write(data)
      else setTimeout(() => upstream.write(data), delayMs)
    })
    upstream.on('data', (data) => client.write(data))
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    get delayMs() {
      return delayMs
    },
    set delayMs(ms) {
      delayMs = ms
    },
    through: (url) => {
      const address = new URL(url)
      address.port = String((server.address() as AddressInfo).port)
      return address.href
    },
    counted: () => {
      const sum = { statements, roundTrips }
      statements = 0
      roundTrips = 0
      return sum
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Reads the types of a client's messages from a stream of its bytes: one byte and a length each, but for the first, which has no type. */
function messageTypes(see: (type: string) => void): (data: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  let greeted = false
  return (data) => {
    rest = rest.length === 0 ? data : Buffer.concat([rest, data])
    for (;;) {
      const typed = greeted ? 1 : 0
      if (rest.length < typed + 4) return
      const end = typed + rest.readInt32BE(typed)
      if (rest.length < end) return
      if (greeted) see(String.fromCharCode(rest[0] ?? 0))
      greeted = true
      rest = rest.subarray(end)
    }
  }
}
