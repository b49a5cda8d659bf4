/** The `AuthStore` of a database: look-ups, the guarded poll, transactions, the sweep; errors cleaned at this rim. */
import type { AuthStore, AuthTx, DecisionNotices } from '@osa/core'
import { authReads } from './auth-reads.ts'
import { authTx } from './auth-tx.ts'
import type { Connections } from './connections.ts'
import { pollPending } from './poll-pending.ts'
import { sweepOnce } from './sweep.ts'
import { tables } from './tables.ts'

export const authStore = ({ sql, transaction }: Connections, { listenForDecision }: DecisionNotices): AuthStore => ({
  ...authReads(sql),
  listenForDecision,
  pollPending: pollPending(sql),
  appendAuditEvent: (event) => tables.auditEvents.insert(sql, event),
  transaction: <T>(work: (tx: AuthTx) => Promise<T>) => transaction((inside) => work(authTx(inside))),
  sweep: (cutoff) => transaction((inside) => sweepOnce(inside, cutoff)),
})
