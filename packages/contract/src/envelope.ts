/**
 * Reads superjson's output in linear time: plain JSON, and the few kinds of value that the caller names. superjson's own reader is not used
 * because it follows every annotation (types, references) before any schema checks the value, at a cost that grows with the square of the
 * body's size, and because it would be a fifth of the SDK code that a web page loads.
 */

/** superjson's envelope: `{json, meta?: {values?, referentialEqualities?, v?}}`. */
interface Envelope {
  readonly json?: unknown
  readonly meta?: unknown
}

type Tree = Record<string, unknown>

/** Thrown for an envelope that cannot be read. The message says why and quotes nothing from the envelope. */
export class EnvelopeError extends Error {
  override readonly name = 'EnvelopeError'
}

export interface EnvelopeRules {
  /** Converts JSON to a value of the named kind, such as `Date`. `undefined` is always supported. */
  readonly kinds: Readonly<Record<string, (json: unknown) => unknown>>
  /** How to treat any other kind: refuse the envelope, or leave the JSON unchanged. */
  readonly others: 'refuse' | 'leave'
}

/**
 * Returns the value in an envelope. Throws `EnvelopeError`. References are ignored: they say which parts were the same object in the
 * sender's memory, and the JSON contains each of these parts in full.
 */
export function readEnvelope(envelope: unknown, { kinds, others }: EnvelopeRules): unknown {
  if (!isTree(envelope)) throw new EnvelopeError('An input must be an object with the member json.')
  const { json, meta } = envelope as Envelope
  if (meta === undefined || meta === null) return json
  if (!isTree(meta)) throw new EnvelopeError('The member meta of an input must be an object.')
  const isKnown = (member: string): boolean => knownMembers.includes(member)
  if (others === 'refuse' && !Object.keys(meta).every(isKnown)) {
    throw new EnvelopeError('The member meta of an input has an unknown member.')
  }
  const { values = {} } = meta
  const readAs = (mark: unknown): ((json: unknown) => unknown) | null => {
    const [kind] = Array.isArray(mark) && mark.length === 1 ? mark : []
    if (kind === 'undefined') return () => undefined
    if (typeof kind === 'string' && Object.hasOwn(kinds, kind)) return kinds[kind] ?? null
    if (others === 'leave') return null
    throw new EnvelopeError('Inputs are plain JSON: undefined is the only annotation that meta.values may contain.')
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

/** Splits a path into keys: `a.b\.c` is the key `b.c` in `a`. */
const keysOf = (path: string): string[] =>
  (path.match(/(?:^|\.)((?:[^.\\]|\\.)*)/gs) ?? []).map((part) => part.replace(/^\./, '').replace(/\\(.)/gs, '$1'))

/** Replaces the value at a path by what `read` makes of it; undefined removes it. Follows own members only, and throws for a path to nothing. */
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
    throw new EnvelopeError('An annotation in meta.values refers to a missing value.')
  }
  return (holder as Tree)[key]
}
