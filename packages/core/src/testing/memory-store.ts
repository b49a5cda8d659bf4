/**
 * An `AuthStore` in memory, for tests and for `sdk/testing`: transactions one after another, rolled back on a throw. It keeps the
 * promises of `auth-store-contract.ts` and nothing beyond them; it proves no lock.
 */
import { poll } from '../auth/device-authorization.ts'
import type { AuthStore, AuthTx, PendingPoll } from '../auth/ports.ts'
import { sweepDraft } from './memory-sweep.ts'
import { type Draft, draftOf, emptyTables, firstRow, sortedRows, type Tables } from './memory-tables.ts'
import { byAge, memoryTx } from './memory-tx.ts'

/** A new, empty store. */
export const memoryStore = (): AuthStore => {
  let committed: Tables = emptyTables()
  let line: Promise<unknown> = Promise.resolve()

  const inTurn = <T>(work: (draft: Draft) => Promise<T> | T): Promise<T> => {
    const turn = line.then(async () => {
      const draft = draftOf(committed)
      const result = await work(draft)
      committed = draft.tables
      return result
    })
    // whoever asked for the turn hears of its failure; the next in line only needs to know that it is over
    line = turn.catch(() => undefined)
    return turn
  }

  return {
    transaction: <T>(work: (tx: AuthTx) => Promise<T>) => inTurn((draft) => work(memoryTx(draft))),
    pollPending: (query) => inTurn((draft) => pollPending(draft, query)),
    sweep: (cutoff) => inTurn((draft) => sweepDraft(draft, cutoff)),
    appendAuditEvent: (event) => inTurn((draft) => draft.insert('auditEvents', event.id, event)),
    ...reads(() => committed),
  }
}

const pollPending = (
  { tables, replace }: Draft,
  { deviceCodeHash, clientIds, now }: Parameters<AuthStore['pollPending']>[0],
): PendingPoll | null => {
  const row = firstRow(tables.deviceAuthorizations, (device) => device.deviceCodeHash === deviceCodeHash)
  if (!row || !clientIds.includes(row.clientId)) return null
  const polled = poll(row, now)
  if (polled.outcome !== 'pending' && polled.outcome !== 'slow_down') return null
  replace('deviceAuthorizations', row.id, polled.next)
  return polled.outcome === 'pending'
    ? { early: false }
    : { early: true, pollIntervalSeconds: polled.next.pollIntervalSeconds }
}

type Reads = Omit<AuthStore, 'transaction' | 'pollPending' | 'sweep' | 'appendAuditEvent'>

const reads = (committed: () => Tables): Reads => ({
  async findPrincipal({ userId, familyId, now }) {
    const { users, linkedIdentities, refreshFamilies } = committed()
    const user = users.get(userId)
    const family = refreshFamilies.get(familyId)
    const [identity] = sortedRows(linkedIdentities, (row) => row.userId === userId, oldestFirst)
    if (!user || user.disabledAt || !identity || !family) return null
    if (family.userId !== userId || family.revokedAt || family.expiresAt <= now) return null
    return { user, identity, family }
  },
  async findBrowserSession({ secretHash, now }) {
    const { browserSessions, users, linkedIdentities } = committed()
    const session = firstRow(browserSessions, (row) => row.secretHash === secretHash && row.expiresAt > now)
    const user = session && users.get(session.userId)
    const [identity] = sortedRows(linkedIdentities, (row) => row.userId === user?.id, oldestFirst)
    return session && user && !user.disabledAt && identity ? { session, user, identity } : null
  },
  async findDeviceAuthorization(id) {
    return committed().deviceAuthorizations.get(id) ?? null
  },
  async listRefreshFamilies({ userId, now, usedAfter }) {
    return sortedRows(
      committed().refreshFamilies,
      (row) => row.userId === userId && !row.revokedAt && row.expiresAt > now && row.lastUsedAt > usedAfter,
      (a, b) => oldestFirst(b, a),
    )
  },
  async countPending({ source, now }) {
    const { deviceAuthorizations } = committed()
    const pending = [...deviceAuthorizations.values()].filter((row) => row.status === 'pending' && row.expiresAt > now)
    return { fromSource: pending.filter((row) => row.requesterSource === source).length, inAll: pending.length }
  },
  async listSigningKeys() {
    return sortedRows(committed().signingKeys, () => true, byAge)
  },
  async findSwitch(name) {
    return committed().switches.get(name) ?? null
  },
  async listAuditEvents({ limit, before, event, userId }) {
    return sortedRows(
      committed().auditEvents,
      (row) =>
        (before === undefined || row.at < before) &&
        (event === undefined || row.event === event) &&
        (userId === undefined || row.userId === userId),
      (a, b) => b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1),
    ).slice(0, limit)
  },
})

const oldestFirst = (a: { createdAt: Date; id: string }, b: { createdAt: Date; id: string }): number =>
  a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1)
