/** The conditions under which two manifests have the same content. */
import { slugOf } from '@osa/contract'
import { sampleManifest } from '@osa/contract/testing'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalContent, canonicalJson, contentHash } from './content.ts'

const hashOf = (manifest: Parameters<typeof canonicalContent>[0]) => contentHash(canonicalContent(manifest))

/** Returns the value with the keys of every object in reverse order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, part]) => [key, turned(part)]),
  )
}

test('RFC 8785 §3.2: keys are sorted by UTF-16 code units, and numbers and texts are written like in ECMAScript', () => {
  expect(
    canonicalJson({ numbers: [333333333.3333333, 1e30, 4.5, 2e-3, 1e-27, -0], string: '€$\u000f\nA\'B"\\\\"/' }),
  ).toBe('{"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27,0],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}')
  // the order of the RFC's own example
  const keys = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33']
  const shuffled = Object.fromEntries(keys.toReversed().map((key) => [key, 0]))
  expect(Object.keys(JSON.parse(canonicalJson(shuffled))).sort()).toEqual(keys.toSorted())
  expect(canonicalJson(shuffled)).toBe(`{${keys.map((key) => `${JSON.stringify(key)}:0`).join(',')}}`)
})

test('canonical JSON parses to the same value and does not depend on the order of keys', async () => {
  await fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      expect(canonicalJson(turned(value))).toBe(canonicalJson(value))
    }),
    { numRuns: 300 },
  )
})

test('the order of lists is part of the content, the order of keys is not', () => {
  const manifest = sampleManifest()
  expect(hashOf(turned(manifest) as typeof manifest)).toBe(hashOf(manifest))
  const { schema } = manifest
  expect(hashOf({ ...manifest, schema: { ...schema, fields: schema.fields.toReversed() } })).not.toBe(hashOf(manifest))
})

test('a null optional part gives the same content as an absent one', () => {
  const { ingester: _ingester, ...without } = sampleManifest()
  expect(hashOf({ ...without, ingester: null })).toBe(hashOf(without))
  expect(hashOf({ ...without, ingester: undefined })).toBe(hashOf(without))
  const { when_not_to_use: _when, ...docs } = without.docs
  expect(hashOf({ ...without, docs: { ...docs, when_not_to_use: null } })).toBe(hashOf({ ...without, docs }))
})

test('a null in a config is part of the content, since the author wrote it', () => {
  const withConfig = (config: Record<string, null | number>) => {
    const manifest = sampleManifest()
    return { ...manifest, hooks: manifest.hooks.map((hook) => ({ ...hook, config })) }
  }
  expect(hashOf(withConfig({ probe: 1, ignore: null }))).not.toBe(hashOf(withConfig({ probe: 1 })))
})

test('RFC 8785 §3.2.2: all spellings of a number give the same content; a text in another normal form is another text', () => {
  const written = (config: string) => {
    const manifest = sampleManifest()
    const hooks = manifest.hooks.map((hook) => ({ ...hook, config: JSON.parse(config) as typeof hook.config }))
    return hashOf({ ...manifest, hooks })
  }
  expect(new Set(['{"a":0,"b":100}', '{"b":1e2,"a":-0}', '{"b":100.0,"a":0.0}'].map(written)).size).toBe(1)
  const [composed, decomposed] = ['Größe'.normalize('NFC'), 'Größe'.normalize('NFD')]
  expect(hashOf(sampleManifest({ title: composed }))).not.toBe(hashOf(sampleManifest({ title: decomposed })))
  expect(slugOf(composed), 'both have the same address').toBe(slugOf(decomposed))
})

test('every other change of a value gives different content', () => {
  const manifest = sampleManifest()
  const original = hashOf(manifest)
  const visit = (at: unknown, put: (value: unknown) => unknown): void => {
    if (typeof at !== 'object' || at === null) return
    for (const [key, value] of Object.entries(at)) {
      const replaced = (next: unknown) => put(Array.isArray(at) ? at.with(Number(key), next) : { ...at, [key]: next })
      if (value !== null && typeof value !== 'object') {
        expect(hashOf(replaced(`${String(value)}x`) as typeof manifest), key).not.toBe(original)
      } else visit(value, replaced)
    }
  }
  visit(manifest, (value) => value)
  expect(original).toMatch(/^[0-9a-f]{64}$/)
})
