/** Inputs of any size whose processing could cost more than linear time. */
import { sampleManifest } from '@osa/contract/testing'
import * as fc from 'fast-check'

/** Returns a text of about `bytes` bytes. */
export type OfSize = (bytes: number) => string

const repeat =
  (unit: string, end = ''): OfSize =>
  (bytes) =>
    unit.repeat(Math.max(1, Math.floor(bytes / Buffer.byteLength(unit)))) + end

/** Texts that make regular expressions backtrack, or Unicode algorithms look far back. */
export const texts: Readonly<Record<string, OfSize>> = {
  'one letter': repeat('a'),
  'spaces and an end': repeat(' ', '!'),
  dashes: repeat('a-', '!'),
  dots: repeat('a.'),
  digits: repeat('0', 'x'),
  exponents: repeat('1e1'),
  'percent signs': repeat('%'),
  'escaped bytes': repeat('%41'),
  'pairs of nothing': repeat('=;'),
  commas: repeat(',', 'x'),
  quotes: repeat('"\\'),
  brackets: repeat('[('),
  colons: repeat('::', '%'),
  addresses: repeat('10.0.0.1,'),
  'letters of codes': repeat('BCDF-'),
  'piled marks': repeat('e\u0301\u0301\u0301\u0301\u0301'),
  'joined emoji': repeat('\u{1f469}\u200d'),
  'flags without end': repeat('\u{1f3f4}\u{e0067}\u{e0062}'),
  'marks of direction': repeat('\u202e\u2066'),
  'joiners in Devanagari': repeat('\u0915\u094d\u200d'),
  'letters that grow in another case': repeat('\u0130\ufb03'),
}

const anyUnit = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'aB0 .-_~+/=,;:%&?#@!"\\\'()[]{}<>|^$*'), minLength: 1, maxLength: 4 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 2 }),
)
/** A generated unit, repeated, with an end that does not match. */
export const anyRepetition: fc.Arbitrary<[name: string, text: OfSize]> = fc
  .tuple(anyUnit, fc.constantFrom('', '!', '\u0301', ' ', '='))
  .map(([unit, end]) => [`${JSON.stringify(unit)} repeated, then ${JSON.stringify(end)}`, repeat(unit, end)])

const listOf =
  (item: string): OfSize =>
  (bytes) =>
    `[${Array(Math.ceil(bytes / (item.length + 1)))
      .fill(item)
      .join(',')}]`
const objectOf =
  (entry: (n: number) => string): OfSize =>
  (bytes) =>
    `{${Array.from({ length: Math.ceil(bytes / (entry(0).length + 1)) }, (_, n) => entry(n)).join(',')}}`
const key = (n: number) => `"k${String(n).padStart(6, '0')}"`

/** Deep and wide JSON that no procedure accepts. */
export const documents: Readonly<Record<string, OfSize>> = {
  'deep lists': (bytes) => '['.repeat(bytes / 2) + ']'.repeat(bytes / 2),
  'deep objects': (bytes) => `${'{"a":'.repeat(bytes / 6)}1${'}'.repeat(bytes / 6)}`,
  'one key repeated': objectOf(() => '"client_id":1'),
  'many keys': objectOf((n) => `${key(n)}:1`),
  'many empty objects': listOf('{}'),
  'many texts': listOf('"a"'),
  'large numbers': listOf('1e999'),
  'a number of many digits': repeat('9'),
  'halves of characters': (bytes) => `"${'\\ud800'.repeat(bytes / 6)}"`,
  'names of prototypes': listOf('{"__proto__":{}}'),
}

/** Annotations that superjson would process. */
export const annotations: Readonly<Record<string, OfSize>> = {
  'a set whose last element is referenced repeatedly': (bytes) => {
    // all different, since a set drops duplicates
    const items = Array.from({ length: Math.ceil(bytes / 12) }, (_, n) => n)
    const last = `a.${items.length - 1}`
    const meta = {
      values: { a: ['set'] },
      referentialEqualities: { [last]: JSON.parse(listOf(`"${last}"`)(bytes / 2)) },
    }
    return JSON.stringify({ json: { a: items }, meta })
  },
  'a path of many steps': (bytes) => `{"json":{},"meta":{"values":{"${'a.'.repeat(bytes / 2)}":["Date"]}}}`,
  'many dates': (bytes) => `{"json":{},"meta":{"values":${objectOf((n) => `${key(n)}:["Date"]`)(bytes)}}}`,
}

type Manifest = ReturnType<typeof sampleManifest>
const manifestOf =
  (change: (manifest: Manifest, bytes: number) => object): OfSize =>
  (bytes) => {
    const manifest = sampleManifest()
    return JSON.stringify({ ...manifest, ...change(manifest, bytes) })
  }
const many = <T>(item: T, bytes: number): T[] =>
  Array<T>(Math.ceil(bytes / (JSON.stringify(item).length + 1))).fill(item)

/** Conventions that are valid except for one large part. The types of a field form a union, and every issue is reported. */
export const manifests: Readonly<Record<string, OfSize>> = {
  'fields of no kind': manifestOf(({ schema }, bytes) => ({
    schema: { ...schema, fields: many({ name: 'a', type: '?' }, bytes) },
  })),
  'fields of one name': manifestOf(({ schema }, bytes) => ({
    schema: { ...schema, fields: many(schema.fields[0], bytes) },
  })),
  'hooks of one name': manifestOf(({ hooks }, bytes) => ({ hooks: many(hooks[0], bytes) })),
  'a wide config': manifestOf(({ hooks }, bytes) => ({
    hooks: hooks.map((hook) => ({ ...hook, config: JSON.parse(documents['many keys']?.(bytes) ?? '') })),
  })),
  'a title of dashes': manifestOf((_, bytes) => ({ title: repeat('a- ')(bytes) })),
  'a title in another normal form': manifestOf((_, bytes) => ({ title: repeat('e\u0301\u0323')(bytes) })),
  'a description of marks': manifestOf((_, bytes) => ({ description: repeat('\u0915\u094d\u200d')(bytes) })),
  'keys that do not belong': manifestOf((_, bytes) => JSON.parse(documents['many keys']?.(bytes) ?? '')),
}
