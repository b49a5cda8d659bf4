/** What a list of the admin page shows: filters and the place where it goes on, read from an address or from a form. */
import { type Administration, isUuid, type ListedBefore, type Person, storedText } from '@osa/core'

export const rowsPerPage = 50
const maxFilterLength = 200

/** Reads one field by its name. */
export type ReadField = (name: string) => string | undefined

/** A filter as a person typed it; null when there is none. */
export const readFilter = (read: ReadField, name: string): string | null => storedText(read(name), maxFilterLength)

/** The last row of the page before, from `before`; undefined on the first page, and for what is no place. */
export function readPlace(read: ReadField): ListedBefore | undefined {
  const [, time, id] = /^(\d{1,13})\.([0-9a-f-]{36})$/.exec(read('before') ?? '') ?? []
  return time !== undefined && id !== undefined && isUuid(id) ? { createdAt: new Date(Number(time)), id } : undefined
}

const placeText = ({ createdAt, id }: ListedBefore): string => `${createdAt.getTime()}.${id}`

export interface Listed<Row> {
  readonly rows: readonly Row[]
  /** Where the next page begins, as `before`; null on the last. */
  readonly next: string | null
}

/** Of `rowsPerPage` rows and one more, those to show. */
export function pageOf<Row>(found: readonly Row[], placeOf: (row: Row) => ListedBefore): Listed<Row> {
  const rows = found.slice(0, rowsPerPage)
  const last = rows.at(-1)
  return { rows, next: last !== undefined && found.length > rowsPerPage ? placeText(placeOf(last)) : null }
}

/** `path` with the fields that have a value. */
export function addressOf(path: string, fields: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) if (value !== null) query.set(name, value)
  return query.size === 0 ? path : `${path}?${query}`
}

/** The fields of a list that its forms carry along, so that who acts on page three comes back to page three. */
export function placeOf(read: ReadField): string | null {
  const place = readPlace(read)
  return place === undefined ? null : placeText(place)
}

/** Whom a filter means: everybody, one person, or nobody that can be told. The audit may know an id whose person is gone. */
export type WantedPerson =
  | { readonly userId: null; readonly person: null; readonly problem: null | 'nobody' | 'several' }
  | { readonly userId: string; readonly person: Person | null; readonly problem: null }

/** By id, or by a part of a name or ORCID iD that fits one person only. */
export async function findWanted(
  administration: Pick<Administration, 'listPeople'>,
  text: string | null,
): Promise<WantedPerson> {
  if (text === null) return { userId: null, person: null, problem: null }
  const [person = null, another] = await administration.listPeople(
    isUuid(text) ? { limit: 1, userIds: [text] } : { limit: 2, search: text },
  )
  if (isUuid(text)) return { userId: text, person, problem: null }
  if (person && !another) return { userId: person.user.id, person, problem: null }
  return { userId: null, person: null, problem: person ? 'several' : 'nobody' }
}
