/** The guarded writes of the memory store. Each succeeds only if the row is still as it was read. Drafts are made one at a time. */
import type { AuditEvent } from '../auth/rows.ts'
import type { AuthStore } from '../auth/store.ts'
import { type Draft, firstRow } from './memory-tables.ts'

type Guarded = 'startDeviceAuthorization' | 'movePolled' | 'redeemDeviceAuthorization' | 'moveRefreshFamily'

export const memoryGuarded = (
  inTurn: <T>(work: (draft: Draft) => Promise<T> | T) => Promise<T>,
): Pick<AuthStore, Guarded> => ({
  startDeviceAuthorization: ({ device, codeRestsUntil: until, event }) =>
    inTurn((draft) => {
      const { tables, insert } = draft
      const { userCodeHash, deviceCodeHash } = device
      const taken = firstRow(
        tables.deviceAuthorizations,
        (other) => other.userCodeHash === userCodeHash || other.deviceCodeHash === deviceCodeHash,
      )
      if (taken || tables.reservedUserCodes.has(userCodeHash)) return false
      insert('reservedUserCodes', userCodeHash, { until })
      insert('deviceAuthorizations', device.id, device)
      append(draft, [event])
      return true
    }),
  movePolled: ({ read, next }) =>
    inTurn(({ tables, replace }) => {
      const row = tables.deviceAuthorizations.get(read.id)
      const isUnchanged =
        row?.status === read.status &&
        row.pollIntervalSeconds === read.pollIntervalSeconds &&
        row.lastPolledAt?.getTime() === read.lastPolledAt?.getTime() &&
        row.endedAt?.getTime() === read.endedAt?.getTime()
      if (!isUnchanged) return false
      const { pollIntervalSeconds, lastPolledAt, endedAt } = next
      replace('deviceAuthorizations', row.id, { ...row, pollIntervalSeconds, lastPolledAt, endedAt })
      return true
    }),
  redeemDeviceAuthorization: ({ read, next, family, event }) =>
    inTurn((draft) => {
      const row = draft.tables.deviceAuthorizations.get(read.id)
      if (row?.status !== read.status || row.endedAt !== null) return false
      const { status, consumedAt, familyId } = next
      draft.replace('deviceAuthorizations', row.id, { ...row, status, consumedAt, familyId })
      draft.insert('refreshFamilies', family.id, family)
      append(draft, [event])
      return true
    }),
  moveRefreshFamily: ({ read, next, events }) =>
    inTurn((draft) => {
      const row = draft.tables.refreshFamilies.get(read.id)
      if (!row || row.revokedAt || row.generation !== read.generation || row.replays !== read.replays) return false
      draft.replace('refreshFamilies', row.id, next)
      append(draft, events)
      return true
    }),
})

function append({ insert }: Draft, events: readonly AuditEvent[]): void {
  for (const event of events) insert('auditEvents', event.id, event)
}
