/**
 * The memory store's tables: rows by id. A transaction copies a table when it first writes to it, so that a rollback just drops the copy, and
 * readers outside see only committed rows.
 */
import type {
  AuditEvent,
  BrowserSession,
  DeviceAuthorization,
  LinkedIdentity,
  LoginTransaction,
  RefreshFamily,
  SigningKey,
  Switch,
  User,
} from '../auth/rows.ts'

export interface Rows {
  deviceAuthorizations: DeviceAuthorization
  loginTransactions: LoginTransaction
  browserSessions: BrowserSession
  users: User
  linkedIdentities: LinkedIdentity
  refreshFamilies: RefreshFamily
  signingKeys: SigningKey
  switches: Switch
  auditEvents: AuditEvent
  /** User codes that are not issued again until an instant, by hash. */
  reservedUserCodes: { readonly until: Date }
  /** Access tokens that were seen expired, by id. */
  endedAccessTokens: { readonly endedAt: Date }
}
export type TableName = keyof Rows
export type MemoryTables = { readonly [Name in TableName]: ReadonlyMap<string, Rows[Name]> }

export const emptyTables = (): MemoryTables => ({
  deviceAuthorizations: new Map(),
  loginTransactions: new Map(),
  browserSessions: new Map(),
  users: new Map(),
  linkedIdentities: new Map(),
  refreshFamilies: new Map(),
  signingKeys: new Map(),
  switches: new Map(),
  auditEvents: new Map(),
  reservedUserCodes: new Map(),
  endedAccessTokens: new Map(),
})

/** The tables of a transaction. Each is the committed one until the transaction first writes to it. */
export interface Draft {
  readonly tables: MemoryTables
  /** Adds a row. Throws if the id is taken, like a primary key. */
  insert<Name extends TableName>(table: Name, id: string, row: Rows[Name]): void
  /** Replaces a row. Throws if there is none, since callers lock a row before they save it. */
  replace<Name extends TableName>(table: Name, id: string, row: Rows[Name]): void
  remove(table: TableName, id: string): void
}

const frozen = <Row extends object>(row: Row): Row => Object.freeze({ ...row }) as Row

export function draftOf(committed: MemoryTables): Draft {
  const tables = { ...committed }
  const copied = new Set<TableName>()

  const writable = <Name extends TableName>(table: Name): Map<string, Rows[Name]> => {
    if (!copied.has(table)) {
      Object.assign(tables, { [table]: new Map<string, unknown>(tables[table]) })
      copied.add(table)
    }
    return tables[table] as unknown as Map<string, Rows[Name]>
  }

  return {
    tables,
    insert(table, id, row) {
      if (tables[table].has(id)) throw new Error(`${table} already has a row with this id`)
      assertOwner(tables, row)
      writable(table).set(id, frozen(row))
    },
    replace(table, id, row) {
      if (!tables[table].has(id)) throw new Error(`${table} has no row with this id to save`)
      writable(table).set(id, frozen(row))
    },
    remove(table, id) {
      if (tables[table].has(id)) writable(table).delete(id)
    },
  }
}

/** Throws if a row has an unknown user, like a foreign key. Audit events may, since they outlive people. */
function assertOwner(tables: MemoryTables, row: object): void {
  if ('userId' in row && !('event' in row) && !tables.users.has(String(row.userId))) {
    throw new Error('the row has an unknown user')
  }
}

/** Returns the first row that fits, or null. */
export function firstRow<Row>(rows: ReadonlyMap<string, Row>, fits: (row: Row) => boolean): Row | null {
  for (const row of rows.values()) if (fits(row)) return row
  return null
}

/** Returns all rows that fit, in the order of `by`. */
export const sortedRows = <Row>(
  rows: ReadonlyMap<string, Row>,
  fits: (row: Row) => boolean,
  by: (a: Row, b: Row) => number,
): Row[] => [...rows.values()].filter(fits).sort(by)
