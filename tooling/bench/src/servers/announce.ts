/** What every server under test does beside serving: says when it answers, and ends when told to. */
import type { AddressInfo, Server } from 'node:net'

/** Prints the line that the bench waits for. */
export function announce(server: Server): void {
  process.stdout.write(`ready at http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
}

// an exit of its own, so that a CPU profile is written
process.on('SIGTERM', () => process.exit(0))
