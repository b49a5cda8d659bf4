/**
 * Reads what superjson wrote, for inputs: plain JSON and absent values, which is all that any input type of the router holds. superjson's own
 * reader follows annotations (types, references) at a cost that grows with the square of the body, before any schema or budget is asked.
 */
import { TRPCError } from '@trpc/server'
import superjson from 'superjson'

type Tree = Record<string, unknown>

/** superjson's envelope: `{json, meta?: {values?, referentialEqualities?, v?}}`. */
interface Envelope {
  readonly json?: unknown
  readonly meta?: unknown
}

export const inputTransformer = {
  serialize: (input: unknown) => superjson.serialize(input),
  /**
   * The value of an envelope, in time linear in its size. `undefined` is the only annotation that is followed. References are not read: they
   * say which parts were one object for the sender, and the JSON holds each part in full. Throws `BAD_REQUEST` for every other annotation.
   */
  deserialize(envelope: unknown): unknown {
    if (!isTree(envelope)) throw badInput('An input is an object with the member json.')
    const { json, meta } = envelope as Envelope
    if (meta === undefined || meta === null) return json
    if (!isTree(meta)) throw badInput('The member meta of an input is an object.')
    for (const member of Object.keys(meta)) {
      if (!knownMembers.has(member)) throw badInput('The member meta of an input holds what no input needs.')
    }
    const { values } = meta
    if (values === undefined) return json
    if (isUndefinedMark(values)) return undefined
    if (!isTree(values)) throw badInput(onlyPlainJson)
    for (const [path, mark] of Object.entries(values)) {
      if (!isUndefinedMark(mark)) throw badInput(onlyPlainJson)
      removeAt(json, keysOf(path))
    }
    return json
  },
}

const knownMembers = new Set(['values', 'referentialEqualities', 'v'])
const onlyPlainJson = 'Inputs are plain JSON: of the annotations in meta.values only undefined is accepted.'

const badInput = (message: string): TRPCError => new TRPCError({ code: 'BAD_REQUEST', message })

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

const isUndefinedMark = (mark: unknown): boolean => Array.isArray(mark) && mark.length === 1 && mark[0] === 'undefined'

/** `a.b\.c` names the key `b.c` in `a`. */
const keysOf = (path: string): string[] =>
  (path.match(/(?:^|\.)((?:[^.\\]|\\.)*)/gs) ?? []).map((part) => part.replace(/^\./, '').replace(/\\(.)/gs, '$1'))

/** Makes the value at a path absent, following own members only. A path that leads nowhere is refused. */
function removeAt(json: unknown, keys: readonly string[]): void {
  let holder = json
  for (const key of keys.slice(0, -1)) holder = memberOf(holder, key)
  const last = keys.at(-1) ?? ''
  memberOf(holder, last)
  if (Array.isArray(holder)) holder[Number(last)] = undefined
  else delete (holder as Tree)[last]
}

function memberOf(holder: unknown, key: string): unknown {
  if (
    typeof holder !== 'object' ||
    holder === null ||
    !Object.hasOwn(holder, key) ||
    (Array.isArray(holder) && key === 'length')
  ) {
    throw badInput('An annotation in meta.values names a value that is not there.')
  }
  return (holder as Tree)[key]
}
