/** Implements core's `AuthStore` on a database: look-ups, guarded writes, transactions and the sweep. */
import type { AuthStore, AuthTx, DecisionNotices } from '@osa/core'
import { authReads } from './auth-reads.ts'
import { authTx } from './auth-tx.ts'
import type { Connections } from './connections.ts'
import { guardedWrite } from './guarded.ts'
import { familyWrite, pollWrite, redemptionWrite } from './guarded-writes.ts'
import { historyReads } from './history-reads.ts'
import { hotReads } from './hot-reads.ts'
import { insertions } from './insertions.ts'
import { sessionCalls } from './session-calls.ts'
import { sweepRows } from './sweep.ts'

export const authStore = (connections: Connections, { listenForDecision }: DecisionNotices): AuthStore => ({
  ...authReads(connections),
  ...historyReads(connections),
  listenForDecision,
  ...hotReads(connections),
  ...sessionCalls(connections),
  async putAuditEvent(event) {
    await connections.run(({ query }) =>
      query
        .insertInto('audit_events')
        .values(event)
        .onConflict((conflict) => conflict.column('id').doUpdateSet(event).where('audit_events.at', '<=', event.at))
        .execute(),
    )
  },
  ...insertions(connections),
  movePolled: guardedWrite(connections, pollWrite),
  redeemDeviceAuthorization: guardedWrite(connections, redemptionWrite),
  moveRefreshFamily: guardedWrite(connections, familyWrite),
  transaction: <T>(work: (tx: AuthTx) => Promise<T>) => connections.transaction((unit) => work(authTx(unit))),
  sweep: (cutoff) => connections.transaction(({ query }) => sweepRows(query, cutoff)),
})
