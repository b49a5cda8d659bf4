import fc from 'fast-check'
import superjson from 'superjson'
import { describe, expect, test } from 'vitest'
import { inputTransformer } from './input-transformer.ts'

const read = (envelope: unknown) => inputTransformer.deserialize(JSON.parse(JSON.stringify(envelope)))

/** Drops undefined members, which zod treats as absent. */
const withoutAbsent = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? 'null')

describe('inputs over tRPC', () => {
  test('property: every plain value that a superjson client sends arrives unchanged', () => {
    const key = fc.oneof(fc.constantFrom('a', 'b.c', 'd\\e', '\\.', '', '0', 'length', 'constructor'), fc.string())
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant(undefined)),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(
          key.filter((name) => !['__proto__', 'constructor', 'prototype'].includes(name)),
          tie('tree'),
          { maxKeys: 4, noNullPrototype: true },
        ),
      ),
    }))
    fc.assert(
      fc.property(tree, (value) => {
        const shared = { twice: value, again: value }
        expect(withoutAbsent(read(superjson.serialize(shared)))).toEqual(withoutAbsent(shared))
      }),
      { numRuns: 500 },
    )
  })

  test('an optional field that is passed as undefined is absent, and so is an undefined input', () => {
    expect(read(superjson.serialize({ slug: 'maps', version: undefined }))).toEqual({ slug: 'maps' })
    expect(read(superjson.serialize(undefined))).toBe(undefined)
    expect(read({ json: { a: 1 }, meta: null })).toEqual({ a: 1 })
  })

  test.each([
    ['a date', { values: { a: ['Date'] } }],
    ['a set', { values: { a: ['set'] } }],
    ['a set whose members are annotated', { values: { a: ['set', { 0: ['undefined'] }] } }],
    ['a regular expression at the root', { values: ['regexp'] }],
    ['a class', { values: { a: [['class', 'x']] } }],
    ['a value that is reached through a prototype', { values: { '__proto__.x': ['undefined'] } }],
    ['a missing value', { values: { b: ['undefined'] } }],
    ['the length of a list', { values: { 'list.length': ['undefined'] } }],
    ['another member', { other: 1 }],
    ['something that is not an object', 7],
  ])('an annotation for %s is refused', (_what, meta) => {
    expect(() => read({ json: { a: [1], list: [] }, meta })).toThrowError(
      expect.objectContaining({ code: 'BAD_REQUEST' }),
    )
  })

  test.each([null, 7, 'text', [1], undefined])('%s is refused as an envelope', (envelope) => {
    expect(() => inputTransformer.deserialize(envelope)).toThrowError(expect.objectContaining({ code: 'BAD_REQUEST' }))
  })
})
