/** `AuthTx` on a draft. Transactions run one at a time, so every read is as good as a lock. */
import type { AuthTx, DeviceTx, PeopleTx, TokenTx } from '../auth/store.ts'
import { type Draft, firstRow, sortedRows } from './memory-tables.ts'

export const byAge = (a: { createdAt: Date; kid: string }, b: { createdAt: Date; kid: string }): number =>
  a.createdAt.getTime() - b.createdAt.getTime() || (a.kid < b.kid ? -1 : 1)

export const oldestFirst = (a: { createdAt: Date; id: string }, b: { createdAt: Date; id: string }): number =>
  a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1)

/** `announced` collects the hashes of the device codes whose listeners are notified once the draft is committed. */
export const memoryTx = (draft: Draft, announced: string[]): AuthTx => ({
  ...deviceRows(draft),
  ...peopleRows(draft),
  ...tokenRows(draft),
  async appendAuditEvent(event) {
    draft.insert('auditEvents', event.id, event)
  },
  async announceDecision(deviceCodeHash) {
    announced.push(deviceCodeHash)
  },
  async putSwitch(row) {
    draft.remove('switches', row.name)
    draft.insert('switches', row.name, row)
  },
})

const deviceRows = ({ tables, insert, replace, remove }: Draft): Omit<DeviceTx, 'announceDecision'> => ({
  async lockDeviceAuthorizationByUserCodeHash(hash) {
    return firstRow(tables.deviceAuthorizations, (row) => row.userCodeHash === hash)
  },
  async lockDeviceAuthorization(id) {
    return tables.deviceAuthorizations.get(id) ?? null
  },

  async saveDeviceAuthorization(row) {
    replace('deviceAuthorizations', row.id, row)
  },
  async insertLoginTransaction(row) {
    insert('loginTransactions', row.id, row)
  },
  async takeLoginTransaction({ stateHash, browserHash }) {
    const row = firstRow(
      tables.loginTransactions,
      (login) => login.stateHash === stateHash && login.browserHash === browserHash && !login.taken,
    )
    if (!row) return null
    const taken = { ...row, taken: true }
    replace('loginTransactions', row.id, taken)
    return taken
  },
  async finishLoginTransaction(id) {
    const isThere = tables.loginTransactions.has(id)
    if (isThere) remove('loginTransactions', id)
    return isThere
  },
})

const peopleRows = ({ tables, insert, replace, remove }: Draft): PeopleTx => ({
  async findUser(id) {
    return tables.users.get(id) ?? null
  },
  async lockLinkedIdentity({ issuer, subject }) {
    const identity = firstRow(tables.linkedIdentities, (row) => row.issuer === issuer && row.subject === subject)
    const user = identity && tables.users.get(identity.userId)
    return identity && user ? { identity, user } : null
  },
  async insertUser(user, identity) {
    const taken = firstRow(
      tables.linkedIdentities,
      (row) => row.issuer === identity.issuer && row.subject === identity.subject,
    )
    if (taken) return false
    insert('users', user.id, user)
    insert('linkedIdentities', identity.id, identity)
    return true
  },
  async saveUser(user) {
    replace('users', user.id, user)
  },
  async lockBrowserSession(secretHash) {
    return firstRow(tables.browserSessions, (row) => row.secretHash === secretHash)
  },
  async lockBrowserSessionById(id) {
    return tables.browserSessions.get(id) ?? null
  },
  async insertBrowserSession(row) {
    insert('browserSessions', row.id, row)
  },
  async saveBrowserSession(row) {
    replace('browserSessions', row.id, row)
  },
  async deleteBrowserSession(id) {
    remove('browserSessions', id)
  },
})

const tokenRows = ({ tables, insert, replace, remove }: Draft): TokenTx => ({
  async endSignIns({ userId, endedAt }) {
    const isTheirs = (owner: string | null) => owner !== null && (userId === null || owner === userId)
    const devices = [...tables.deviceAuthorizations.values()].filter(
      (row) => isTheirs(row.claimedByUserId) && row.endedAt === null && ['pending', 'authorized'].includes(row.status),
    )
    const ids = new Set<string | null>(devices.map(({ id }) => id))
    for (const row of devices) replace('deviceAuthorizations', row.id, { ...row, endedAt })
    for (const row of tables.loginTransactions.values()) {
      if (userId === null || row.taken || ids.has(row.deviceAuthorizationId)) remove('loginTransactions', row.id)
    }
    for (const row of tables.browserSessions.values()) if (isTheirs(row.userId)) remove('browserSessions', row.id)
    return devices.length
  },
  async lockRefreshFamily(id) {
    return tables.refreshFamilies.get(id) ?? null
  },

  async saveRefreshFamily(row) {
    replace('refreshFamilies', row.id, row)
  },
  async revokeRefreshFamilies({ userId, revokedAt, because }) {
    const live = [...tables.refreshFamilies.values()].filter(
      (family) => family.revokedAt === null && (userId === null || family.userId === userId),
    )
    for (const family of live) replace('refreshFamilies', family.id, { ...family, revokedAt, revokedBecause: because })
    return live.length
  },
  async lockSigningKeys() {
    return sortedRows(tables.signingKeys, () => true, byAge)
  },
  async insertSigningKey(row) {
    insert('signingKeys', row.kid, row)
  },
  async saveSigningKey(row) {
    replace('signingKeys', row.kid, row)
  },
})
