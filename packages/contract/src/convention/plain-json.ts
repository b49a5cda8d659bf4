/**
 * Checks, before any schema runs, that a value is plain JSON of bounded size. Values come from a parser, from a file that an author
 * wrote, or over a wire that can transmit cycles and shared parts; a schema would follow these without end.
 */
import type { Issue } from './issues.ts'

/** How deep objects and lists may be nested. */
export const maxConventionDepth = 32
/** The limit on all values together: every text, number, list and object counts. */
const maxValues = 100_000

interface Place {
  readonly value: unknown
  readonly path: readonly string[]
}

/** Returns the first issue in `value`, or null if it is plain JSON. Cycles end at the limits; at most 100,000 values are read. */
export function plainJsonIssue(value: unknown): Issue | null {
  const places: Place[] = [{ value, path: [] }]
  let left = maxValues
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    const inside = typeof place.value === 'object' && place.value !== null ? Object.keys(place.value) : []
    left -= 1
    const message = inside.length > left ? 'the convention has too many values' : problemAt(place, inside)
    if (message !== null) return { path: place.path.map(shortened).join('.'), message }
    // reversed, because the last one pushed is checked first: issues come in reading order
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

/** Keys that could change an object's prototype. superjson, which serializes conventions between programs, accepts none of them. */
const refusedKeys = new Set(['__proto__', 'constructor', 'prototype'])

/** Whether a text has neither NUL nor a lone surrogate: databases and other programs accept neither. */
const isText = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

/** Returns a key for a message: shortened, and with characters escaped that could affect a terminal. */
export const nameOfKey = (key: string): string =>
  JSON.stringify(shortened(key)).replaceAll(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (odd) => `\\u${odd.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

const shortened = (key: string): string => (key.length > 60 ? `${key.slice(0, 60).toWellFormed()}…` : key)
