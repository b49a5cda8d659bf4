/** The memory store's look-ups of operators: audit events and people. */
import type { AuthStore } from '../auth/store.ts'
import { type MemoryTables, sortedRows } from './memory-tables.ts'
import { oldestFirst } from './memory-tx.ts'

export const memoryHistory = (committed: () => MemoryTables): Pick<AuthStore, 'listAuditEvents' | 'listPeople'> => ({
  async listAuditEvents({ limit, before, since, event, userId, ip, device }) {
    const { auditEvents, refreshFamilies, deviceAuthorizations } = committed()
    const ofDevice = new Set(device === undefined ? [] : [device])
    for (const row of [...refreshFamilies.values(), ...deviceAuthorizations.values()]) {
      if (row.deviceName === device) ofDevice.add(row.id)
    }
    const fits = (wanted: unknown, value: unknown) => wanted === undefined || wanted === value
    return sortedRows(
      auditEvents,
      (row) =>
        (before === undefined || (row.id !== before.id && newestFirst(before, row) < 0)) &&
        (since === undefined || row.at >= since) &&
        fits(event, row.event) &&
        fits(userId, row.userId) &&
        fits(ip, row.ip) &&
        (device === undefined || ofDevice.has(row.familyId ?? '') || ofDevice.has(row.deviceAuthorizationId ?? '')),
      newestFirst,
    ).slice(0, limit)
  },
  async listPeople({ limit, before, userIds, search }) {
    const { users, linkedIdentities } = committed()
    const contains = (text: string | null) => text?.toLowerCase().includes(search?.toLowerCase() ?? '') ?? false
    return sortedRows(
      users,
      (row) => (userIds?.includes(row.id) ?? true) && (before === undefined || oldestFirst(row, before) < 0),
      (a, b) => oldestFirst(b, a),
    )
      .map((user) => ({ user, identities: sortedRows(linkedIdentities, (row) => row.userId === user.id, oldestFirst) }))
      .filter(({ user, identities }) => {
        return search === undefined || contains(user.displayName) || identities.some(({ subject }) => contains(subject))
      })
      .slice(0, limit)
  },
})

const newestFirst = (a: { at: Date; id: string }, b: { at: Date; id: string }): number =>
  b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1)
