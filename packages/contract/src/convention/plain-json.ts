/**
 * What a value must be before any schema looks at it: plain JSON of bounded size. Values come from a parser, from a file that an author
 * wrote, or over a wire that can carry cycles and shared parts; a schema would follow those without end.
 */
import type { Issue } from './issues.ts'

/** How many objects and lists may stand inside one another. */
export const maxConventionDepth = 32
/** Values in all, every text, number, list and object counted. */
const maxValues = 100_000

interface Place {
  readonly value: unknown
  readonly path: readonly string[]
}

/** The first thing in `value` that is not plain JSON, or null. Never follows a cycle, and reads at most 100,000 values. */
export function plainJsonIssue(value: unknown): Issue | null {
  const places: Place[] = [{ value, path: [] }]
  let left = maxValues
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    const inside = typeof place.value === 'object' && place.value !== null ? Object.keys(place.value) : []
    left -= 1
    const message = inside.length > left ? 'the convention holds too many values' : problemAt(place, inside)
    if (message !== null) return { path: place.path.map(shortened).join('.'), message }
    // the last one pushed is looked at first: in the order in which people read
    for (const key of inside.reverse()) {
      places.push({ value: (place.value as Record<string, unknown>)[key], path: [...place.path, key] })
    }
  }
  return null
}

function problemAt({ value, path }: Place, keys: readonly string[]): string | null {
  if (path.length > maxConventionDepth) return `nest at most ${maxConventionDepth} levels deep`
  if (typeof value === 'string') return isText(value) ? null : 'this is not valid Unicode text'
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return 'this is not plain JSON'
  const key = keys.find((name) => refusedKeys.has(name) || !isText(name))
  return key === undefined ? null : `remove ${nameOfKey(key)}: it cannot be a key here`
}

/** Names through which objects are made something else; superjson, which carries conventions between programs, takes none of them. */
const refusedKeys = new Set(['__proto__', 'constructor', 'prototype'])

/** Neither NUL nor half a surrogate pair: texts that no database and no other program would take. */
const isText = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

/** A key as a message may show it: short, and with what could act on a terminal escaped. */
export const nameOfKey = (key: string): string =>
  JSON.stringify(shortened(key)).replaceAll(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (odd) => `\\u${odd.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

const shortened = (key: string): string => (key.length > 60 ? `${key.slice(0, 60).toWellFormed()}…` : key)
