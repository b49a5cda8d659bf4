/** A TCP relay in front of PostgreSQL that adds latency and counts statements. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface Counted {
  /** The number of executed statements, including BEGIN and COMMIT. */
  readonly statements: number
  /** How many times a client waited for a response. */
  readonly roundTrips: number
}

export interface Relay extends AsyncDisposable {
  /** Returns the URL of a database through the relay. */
  through(databaseUrl: string): string
  /** The delay of messages to PostgreSQL from now on; responses are not delayed. */
  delayMs: number
  /** Returns the counts since the previous call. */
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
      socket.on('error', () => socket.destroy()) // stopping a server under test breaks its connections
      socket.on('close', () => sockets.delete(socket))
    }
    const readTypes = messageTypes(count)
    client.on('data', (data) => {
      readTypes(data)
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

/**
 * Returns a function that reads a client's stream and calls `onMessage` with the type of each message. A message starts with a one-byte
 * type and a length, except for the first one, which has no type.
 */
function messageTypes(onMessage: (type: string) => void): (data: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  let greeted = false
  return (data) => {
    rest = rest.length === 0 ? data : Buffer.concat([rest, data])
    for (;;) {
      const typed = greeted ? 1 : 0
      if (rest.length < typed + 4) return
      const end = typed + rest.readInt32BE(typed)
      if (rest.length < end) return
      if (greeted) onMessage(String.fromCharCode(rest[0] ?? 0))
      greeted = true
      rest = rest.subarray(end)
    }
  }
}
