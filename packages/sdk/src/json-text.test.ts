import fc from 'fast-check'
import { expect, test } from 'vitest'
import { describeJsonProblem, parseJsonText } from './json-text.ts'

function problemOf(text: string): string {
  const parsed = parseJsonText(text)
  return 'problem' in parsed ? describeJsonProblem(parsed.problem) : 'no problem'
}

test.each([
  ['{\n  "server": }', 'line 2, column 13: unexpected "}"'],
  ['{\n  "a": {\n    "b": 1\n  }\n', 'line 5, column 1: unexpected end of file'],
  ['', 'line 1, column 1: unexpected end of file'],
  ['{"a": 1,}', 'line 1, column 9: unexpected "}"'],
  ["{'a': 1}", 'line 1, column 2: unexpected "\'"'],
  ['[1, 2', 'line 1, column 6: unexpected end of file'],
  ['{"a": "unfinished', 'line 1, column 18: unexpected end of file'],
  ['{} {}', 'line 1, column 4: unexpected "{"'],
])('the problem in %j is reported by line and column', (text, problem) => {
  expect(problemOf(text)).toBe(problem)
})

test('a byte order mark is ignored', () => {
  expect(parseJsonText('\ufeff{"a":1}')).toEqual({ value: { a: 1 } })
})

test('the problem of a truncated JSON object is reported on one of its lines', () => {
  fc.assert(
    fc.property(fc.object(), fc.nat(), (value, cut) => {
      const text = JSON.stringify(value, null, 2)
      const broken = text.slice(0, cut % text.length)
      const parsed = parseJsonText(broken)
      if (!('problem' in parsed)) throw new Error('half an object cannot be JSON')
      expect(parsed.problem.line).toBeLessThanOrEqual(broken.split('\n').length)
    }),
  )
})
