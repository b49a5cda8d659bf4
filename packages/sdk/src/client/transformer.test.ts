import fc from 'fast-check'
import superjson from 'superjson'
import { expect, test } from 'vitest'
import { transformer } from './transformer.ts'

const overTheWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

test('property: values written with superjson, including dates and undefined, are read as superjson would read them', () => {
  const key = fc.oneof(fc.constantFrom('a', 'b.c', 'd\\e', '\\.', '', '0', 'created_at'), fc.string())
  const date = fc.date({ noInvalidDate: true })
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant(undefined), date),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(
        key.filter((name) => !['__proto__', 'constructor', 'prototype'].includes(name)),
        tie('tree'),
        { maxKeys: 4, noNullPrototype: true },
      ),
    ),
  }))
  fc.assert(
    fc.property(tree, date, (value, shared) => {
      const written = overTheWire(superjson.serialize({ value, shared, again: shared }))
      const expected = superjson.deserialize(overTheWire(written) as ReturnType<typeof superjson.serialize>)
      expect(transformer.deserialize(written)).toEqual(expected)
    }),
    { numRuns: 500 },
  )
})

test('a kind of value that only a newer node knows stays JSON; an invalid date and a path to nowhere are refused', () => {
  const tags = overTheWire(superjson.serialize({ tags: new Set(['a']), at: new Date(0) }))
  expect(transformer.deserialize(tags)).toEqual({ tags: ['a'], at: new Date(0) })
  for (const values of [{ a: ['Date'] }, { 'a.b': ['Date'] }, { '__proto__.x': ['undefined'] }]) {
    expect(() => transformer.deserialize({ json: { a: 7 }, meta: { values } })).toThrow()
  }
})
