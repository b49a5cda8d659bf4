/** What all servers under test have in common: they print their address when they are ready, and end at SIGTERM. */
import type { AddressInfo, Server } from 'node:net'

/** Prints the line that the bench waits for. Call it when the server listens. */
export function announce(server: Server): void {
  process.stdout.write(`ready at http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
}

// a regular exit, so that Node.js writes a CPU profile
process.on('SIGTERM', () => process.exit(0))
