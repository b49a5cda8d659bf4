/**
 * Reads what superjson wrote, in time linear in its size: plain JSON, and the few kinds of value that the reader knows. superjson's own reader
 * follows every annotation (types, references), at a cost that grows with the square of the body, before any schema is asked; and it is a
 * fifth of what a page loads of the SDK.
 */

/** superjson's envelope: `{json, meta?: {values?, referentialEqualities?, v?}}`. */
interface Envelope {
  readonly json?: unknown
  readonly meta?: unknown
}

type Tree = Record<string, unknown>

/** Thrown for an envelope that cannot be read. The message says why, and repeats nothing of it. */
export class EnvelopeError extends Error {
  override readonly name = 'EnvelopeError'
}

export interface EnvelopeRules {
  /** Makes the value of the JSON in its place, by the name of its kind: `Date`. Absent values are always known. */
  readonly kinds: Readonly<Record<string, (json: unknown) => unknown>>
  /** What to do with any other kind: refuse the envelope, or leave its JSON as it is. */
  readonly others: 'refuse' | 'leave'
}

/** The value of an envelope. References are not read: they say which parts were one object for the sender, and the JSON holds each in full. */
export function readEnvelope(envelope: unknown, { kinds, others }: EnvelopeRules): unknown {
  if (!isTree(envelope)) throw new EnvelopeError('An input is an object with the member json.')
  const { json, meta } = envelope as Envelope
  if (meta === undefined || meta === null) return json
  if (!isTree(meta)) throw new EnvelopeError('The member meta of an input is an object.')
  const isKnown = (member: string): boolean => knownMembers.includes(member)
  if (others === 'refuse' && !Object.keys(meta).every(isKnown)) {
    throw new EnvelopeError('The member meta of an input holds what no input needs.')
  }
  const { values = {} } = meta
  const readAs = (mark: unknown): ((json: unknown) => unknown) | null => {
    const [kind] = Array.isArray(mark) && mark.length === 1 ? mark : []
    if (kind === 'undefined') return () => undefined
    if (typeof kind === 'string' && Object.hasOwn(kinds, kind)) return kinds[kind] ?? null
    if (others === 'leave') return null
    throw new EnvelopeError('Inputs are plain JSON: of the annotations in meta.values only undefined is accepted.')
  }
  if (!isTree(values)) return (readAs(values) ?? ((plain: unknown) => plain))(json)
  for (const [path, mark] of Object.entries(values)) {
    const read = readAs(mark)
    if (read) replaceAt(json, keysOf(path), read)
  }
  return json
}

const knownMembers: readonly string[] = ['values', 'referentialEqualities', 'v']

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

/** `a.b\.c` names the key `b.c` in `a`. */
const keysOf = (path: string): string[] =>
  (path.match(/(?:^|\.)((?:[^.\\]|\\.)*)/gs) ?? []).map((part) => part.replace(/^\./, '').replace(/\\(.)/gs, '$1'))

/** Reads the value at a path, following own members only; one that is undefined then is absent. A path that leads nowhere is refused. */
function replaceAt(json: unknown, keys: readonly string[], read: (json: unknown) => unknown): void {
  let holder = json
  for (const key of keys.slice(0, -1)) holder = memberOf(holder, key)
  const last = keys.at(-1) ?? ''
  const value = read(memberOf(holder, last))
  if (value === undefined && !Array.isArray(holder)) delete (holder as Tree)[last]
  else (holder as Tree)[last] = value
}

function memberOf(holder: unknown, key: string): unknown {
  if (
    typeof holder !== 'object' ||
    holder === null ||
    !Object.hasOwn(holder, key) ||
    (Array.isArray(holder) && key === 'length')
  ) {
    throw new EnvelopeError('An annotation in meta.values names a value that is not there.')
  }
  return (holder as Tree)[key]
}
