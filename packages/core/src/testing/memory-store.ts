/**
 * An `AuthStore` in memory, for tests and for `sdk/testing`. Transactions run one at a time, and are rolled back on a throw. It passes
 * `auth-store-contract.ts`, but cannot test locks.
 */
import { createDecisionListeners } from '../auth/decision-listeners.ts'
import { isExpired } from '../auth/device-authorization.ts'
import type { AuthStore, AuthTx } from '../auth/store.ts'
import { memoryGuarded } from './memory-guarded.ts'
import { memoryHistory } from './memory-history.ts'
import { sweepDraft } from './memory-sweep.ts'
import { type Draft, draftOf, emptyTables, firstRow, type MemoryTables, sortedRows } from './memory-tables.ts'
import { byAge, memoryTx, oldestFirst } from './memory-tx.ts'

/** Returns a new, empty store. */
export function memoryAuthStore(): AuthStore {
  let committed: MemoryTables = emptyTables()
  let line: Promise<unknown> = Promise.resolve()
  const listeners = createDecisionListeners()

  const inTurn = <T>(work: (draft: Draft) => Promise<T> | T): Promise<T> => {
    const turn = line.then(async () => {
      const draft = draftOf(committed)
      const result = await work(draft)
      committed = draft.tables
      return result
    })
    // the caller gets the error; the next in line only waits for the end
    line = turn.catch(() => undefined)
    return turn
  }

  return {
    async transaction<T>(work: (tx: AuthTx) => Promise<T>) {
      const announced: string[] = []
      const result = await inTurn((draft) => work(memoryTx(draft, announced)))
      announced.forEach(listeners.notify)
      return result
    },
    listenForDecision: listeners.listenForDecision,
    ...memoryGuarded(inTurn),
    sweep: (cutoff) => inTurn((draft) => sweepDraft(draft, cutoff)),
    findBrowserSession: (query) => inTurn((draft) => findBrowserSession(draft, query)),
    noteCall: ({ familyId, at, unlessAfter }) =>
      inTurn(({ tables, replace }) => {
        const family = tables.refreshFamilies.get(familyId)
        const isDue = family && (family.calledAt === null || family.calledAt <= unlessAfter)
        if (isDue) replace('refreshFamilies', familyId, { ...family, calledAt: at })
      }),
    endAccessToken: ({ accessTokenId, endedAt }) =>
      inTurn(({ tables, insert }) => {
        if (!tables.endedAccessTokens.has(accessTokenId)) insert('endedAccessTokens', accessTokenId, { endedAt })
      }),
    appendAuditEvent: (event) => inTurn((draft) => draft.insert('auditEvents', event.id, event)),
    putAuditEvent: (event) =>
      inTurn(({ tables, insert, replace }) => {
        const old = tables.auditEvents.get(event.id)
        if (!old) insert('auditEvents', event.id, event)
        else if (old.at <= event.at) replace('auditEvents', event.id, event)
      }),
    ...reads(() => committed),
  }
}

function findBrowserSession(
  { tables, remove }: Draft,
  { secretHash, now }: Parameters<AuthStore['findBrowserSession']>[0],
) {
  const session = firstRow(tables.browserSessions, (row) => row.secretHash === secretHash)
  if (session && session.expiresAt <= now) {
    remove('browserSessions', session.id)
    return null
  }
  const user = session && tables.users.get(session.userId)
  const [identity] = sortedRows(tables.linkedIdentities, (row) => row.userId === user?.id, oldestFirst)
  return session && user && !user.disabledAt && identity ? { session, user, identity } : null
}

type Reads = Omit<
  AuthStore,
  | 'transaction'
  | 'listenForDecision'
  | keyof ReturnType<typeof memoryGuarded>
  | 'sweep'
  | 'appendAuditEvent'
  | 'putAuditEvent'
  | 'findBrowserSession'
  | 'endAccessToken'
  | 'noteCall'
>

const reads = (committed: () => MemoryTables): Reads => ({
  async findPrincipal({ userId, familyId, accessTokenId, now }) {
    const { users, linkedIdentities, refreshFamilies, endedAccessTokens } = committed()
    if (endedAccessTokens.has(accessTokenId)) return null
    const user = users.get(userId)
    const family = refreshFamilies.get(familyId)
    const [identity] = sortedRows(linkedIdentities, (row) => row.userId === userId, oldestFirst)
    if (!user || user.disabledAt || !identity || !family) return null
    if (family.userId !== userId || family.revokedAt || family.expiresAt <= now) return null
    return { user, identity, family }
  },
  async findDeviceAuthorization(id) {
    return committed().deviceAuthorizations.get(id) ?? null
  },
  async findPolled(hash) {
    const { deviceAuthorizations, users } = committed()
    const device = firstRow(deviceAuthorizations, (row) => row.deviceCodeHash === hash)
    const owner = users.get(device?.claimedByUserId ?? '') ?? null
    return device && { device, owner: owner && { id: owner.id, disabledAt: owner.disabledAt } }
  },
  async findRefreshFamily(id) {
    const { refreshFamilies, users } = committed()
    const family = refreshFamilies.get(id)
    const user = users.get(family?.userId ?? '')
    return family && user ? { family, user } : null
  },
  // a new store has no tokens from before families had generations
  findOldRefreshToken: async () => null,
  async listRefreshFamilies({ userId, limit, before, now, usedAfter }) {
    return sortedRows(
      committed().refreshFamilies,
      (row) =>
        (userId === null || row.userId === userId) &&
        (before === undefined || oldestFirst(row, before) < 0) &&
        !row.revokedAt &&
        row.expiresAt > now &&
        row.lastUsedAt > usedAfter,
      (a, b) => oldestFirst(b, a),
    ).slice(0, limit)
  },
  async countPendingBySource(now) {
    const { deviceAuthorizations } = committed()
    const pending = [...deviceAuthorizations.values()].filter((row) => row.status === 'pending' && !isExpired(row, now))
    const counts = new Map<string, number>()
    for (const { requesterSource } of pending) counts.set(requesterSource, (counts.get(requesterSource) ?? 0) + 1)
    return counts
  },
  async listSigningKeys() {
    return sortedRows(committed().signingKeys, () => true, byAge)
  },
  async findSwitch(name) {
    return committed().switches.get(name) ?? null
  },
  ...memoryHistory(committed),
})
