/** Generates nearly valid conventions: a valid one in which parts are replaced, so that it passes the first checks. */
import { sampleManifest } from '@osa/contract/testing'
import * as fc from 'fast-check'

// without its query, because answers that contain SQL count as faults
function sample(): unknown {
  const { docs, ...manifest } = sampleManifest()
  return { ...manifest, docs: { ...docs, examples: docs.examples.map((example) => ({ ...example, query: 'x' })) } }
}

const pathsIn = (value: unknown, path: readonly string[] = []): string[][] =>
  typeof value === 'object' && value !== null
    ? [[...path], ...Object.entries(value).flatMap(([key, inner]) => pathsIn(inner, [...path, key]))]
    : [[...path]]
const paths = pathsIn(sample()).filter((path) => path.length > 0)

function replaced(value: unknown, [key, ...rest]: readonly string[], next: unknown): unknown {
  if (key === undefined) return next
  const inside = value as Record<string, unknown>
  const inner = replaced(inside[key], rest, next)
  return Array.isArray(value)
    ? value.map((item, at) => (String(at) === key ? inner : item))
    : { ...inside, [key]: inner }
}

const oddValues: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('', ' ', '\ud800', 'a\0b', '\u202e', -1, 0.5, 1e300, 2 ** 53, '__proto__', '<script>', '2 ** 31'),
  fc.constantFrom(1_000, 70_000).map((length) => 'x'.repeat(length)),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(20, 40, 5_000).map((levels) => `\u0001${levels}`),
)

/** Replaces marks by deep nesting, which would overflow the stack as an object. */
const nested = (text: string): string =>
  text.replaceAll(/"\\u0001(\d+)"/g, (_mark, levels) => '{"a":'.repeat(Number(levels)) + 1 + '}'.repeat(Number(levels)))

const oddKeys = ['', '', '', '"__proto__":{"title":1},', '"constructor":1,', '"title":"Again",', '"x":1e999,']

/** Generates a manifest as JSON text, with up to three parts replaced and sometimes an unknown key. */
export const manifestText = (): fc.Arbitrary<string> =>
  fc
    .tuple(fc.array(fc.tuple(fc.constantFrom(...paths), oddValues), { maxLength: 3 }), fc.constantFrom(...oddKeys))
    .map(([changes, key]) => {
      const manifest = changes.reduce<unknown>((value, [path, next]) => tryReplace(value, path, next), sample())
      return nested(JSON.stringify(manifest)).replace('{', `{${key}`)
    })

/** Replaces a part, unless an earlier change has removed its parent. */
const tryReplace = (value: unknown, path: readonly string[], next: unknown): unknown =>
  path
    .slice(0, -1)
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | null | undefined)?.[key], value) instanceof Object
    ? replaced(value, path, next)
    : value
