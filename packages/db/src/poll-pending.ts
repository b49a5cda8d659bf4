/**
 * A poll of an undecided code as one guarded statement (RFC 8628 §3.5), the hottest of all: it finds, judges and moves the row
 * without a transaction of its own. A property test holds it against the pure `poll` of core.
 */
import type { AuthStore } from '@osa/core'
import type { Connections } from './connections.ts'
import { pollPendingStatement } from './raw-statements.ts'

export const pollPending =
  ({ run }: Connections): AuthStore['pollPending'] =>
  async ({ deviceCodeHash, clientIds, now }) => {
    const { rows } = await run(({ query }) => pollPendingStatement(query, [deviceCodeHash, clientIds, now]))
    const [polled] = rows
    if (!polled) return null
    return polled.early ? { early: true, pollIntervalSeconds: polled.pollIntervalSeconds } : { early: false }
  }
