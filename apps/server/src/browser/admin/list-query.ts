/** Reads from an address or a form which rows a list of the admin page shows: its filters and the position in the list. */
import { type Administration, isUuid, type ListedBefore, type Person, storedText } from '@osa/core'

export const rowsPerPage = 50
const maxFilterLength = 200

/** Reads one field by its name. */
export type ReadField = (name: string) => string | undefined

/** A filter as typed, cleaned; null if it is empty. */
export const readFilter = (read: ReadField, name: string): string | null => storedText(read(name), maxFilterLength)

/** The last row of the previous page, from the field `before`. Undefined on the first page and for a malformed value. */
export function readCursor(read: ReadField): ListedBefore | undefined {
  const [, time, id] = /^(\d{1,13})\.([0-9a-f-]{36})$/.exec(read('before') ?? '') ?? []
  return time !== undefined && id !== undefined && isUuid(id) ? { createdAt: new Date(Number(time)), id } : undefined
}

const encodeCursor = ({ createdAt, id }: ListedBefore): string => `${createdAt.getTime()}.${id}`

export interface Listed<Row> {
  readonly rows: readonly Row[]
  /** The value of `before` for the next page; null on the last page. */
  readonly next: string | null
}

/** Takes up to `rowsPerPage` + 1 rows and returns the rows to show. The extra row says that there is a next page. */
export function pageOf<Row>(found: readonly Row[], cursorOf: (row: Row) => ListedBefore): Listed<Row> {
  const rows = found.slice(0, rowsPerPage)
  const last = rows.at(-1)
  return { rows, next: last !== undefined && found.length > rowsPerPage ? encodeCursor(cursorOf(last)) : null }
}

/** `path` with a query of the fields that have a value. */
export function addressOf(path: string, fields: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) if (value !== null) query.set(name, value)
  return query.size === 0 ? path : `${path}?${query}`
}

/** The position in a list, which its forms send along so that they return to the same page of the list. */
export function cursorFrom(read: ReadField): string | null {
  const cursor = readCursor(read)
  return cursor === undefined ? null : encodeCursor(cursor)
}

/** The people that a filter selects: everyone, one person, or a problem. An id can be in the audit although its person is gone. */
export type PersonFilter =
  | { readonly userId: null; readonly person: null; readonly problem: null | 'nobody' | 'several' }
  | { readonly userId: string; readonly person: Person | null; readonly problem: null }

/** Finds a person by id, or by a part of a name or ORCID iD that matches only one person. */
export async function findPersonFilter(
  administration: Pick<Administration, 'listPeople'>,
  text: string | null,
): Promise<PersonFilter> {
  if (text === null) return { userId: null, person: null, problem: null }
  const [person = null, another] = await administration.listPeople(
    isUuid(text) ? { limit: 1, userIds: [text] } : { limit: 2, search: text },
  )
  if (isUuid(text)) return { userId: text, person, problem: null }
  if (person && !another) return { userId: person.user.id, person, problem: null }
  return { userId: null, person: null, problem: person ? 'several' : 'nobody' }
}
