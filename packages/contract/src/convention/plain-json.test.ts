/** Values that are not plain JSON, or too large, give an issue and are not traversed further. */
import { expect, test } from 'vitest'
import { sampleManifest } from '../testing/index.ts'
import { checkConvention, maxConventionBytes } from './issues.ts'
import { conventionManifest } from './manifest.ts'
import { plainJsonIssue } from './plain-json.ts'

function withConfig(config: unknown): unknown {
  const manifest = sampleManifest()
  const [hook] = manifest.hooks
  return { ...manifest, hooks: [{ ...hook, config }] }
}
function issuesOf(value: unknown) {
  const checked = checkConvention(conventionManifest, value)
  return 'issues' in checked ? checked.issues : []
}

test('a cycle, and parts that are shared millions of times, give an issue', () => {
  const cycle: Record<string, unknown> = {}
  cycle.self = cycle
  expect(issuesOf(withConfig(cycle))).toMatchObject([{ message: 'nest at most 32 levels deep' }])
  let shared: unknown = ['leaf']
  for (let level = 0; level < 25; level++) shared = [shared, shared]
  expect(issuesOf(withConfig({ shared }))).toMatchObject([{ message: 'the convention has too many values' }])
})

test('the nesting depth is limited everywhere', () => {
  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)])
  expect(issuesOf(withConfig({ a: nested(28) }))).toEqual([])
  for (const levels of [29, 5_000]) {
    expect(issuesOf(withConfig({ a: nested(levels) }))[0]?.message).toBe('nest at most 32 levels deep')
    expect(issuesOf(nested(levels + 10))[0]?.message).toBe('nest at most 32 levels deep')
  }
})

test.each([
  ['a date', new Date(0)],
  ['a map', new Map()],
  ['an object of a class', new (class Config {})()],
  ['a regular expression', /x/],
])('%s is not plain JSON', (_what, value) => {
  expect(issuesOf(withConfig({ value }))).toEqual([{ path: 'hooks.0.config.value', message: 'this is not plain JSON' }])
})

test.each([null, undefined, 7, 'text', [], () => 1, Symbol('x'), 10n])('%s is not a convention', (value) => {
  expect(issuesOf(value).length).toBeGreaterThan(0)
})

test('a lone surrogate or NUL is refused in every text and in every key', () => {
  for (const odd of ['\ud800', 'a\udfffb', 'a\0b']) {
    expect(issuesOf(withConfig({ value: odd }))).toMatchObject([{ path: 'hooks.0.config.value' }])
    expect(issuesOf(withConfig({ [odd]: 1 }))).toMatchObject([{ path: 'hooks.0.config' }])
    expect(issuesOf({ ...sampleManifest(), title: odd })).toMatchObject([{ path: 'title' }])
  }
})

test('names of keys in messages are short, and their control characters are escaped', () => {
  const issues = issuesOf({ ...sampleManifest(), [`\u001b[2J\u202e${'k'.repeat(500)}`]: 1 })
  expect(issues[0]?.message).toMatch(/^remove "\\u001b\[2J\\u202ek{50,60}…": not a known key$/)
})

test('an issue never contains a value', () => {
  const config = { nested: { secret: 'cAnAry', broken: Number.NaN } }
  expect(JSON.stringify(issuesOf(withConfig(config)))).not.toContain('cAnAry')
  expect(JSON.stringify(issuesOf({ ...sampleManifest(), title: { cAnAry: 'cAnAry' } }))).not.toContain('cAnAry')
})

test('a convention is at most a megabyte, as JSON', () => {
  const sized = (bytes: number) => {
    const spare = bytes - new TextEncoder().encode(JSON.stringify(withConfig({ x: '' }))).length
    return withConfig({ x: 'x'.repeat(spare) })
  }
  expect(issuesOf(sized(maxConventionBytes))).toEqual([])
  expect(issuesOf(sized(maxConventionBytes + 1))).toMatchObject([
    { path: '', message: /1048577 bytes, at most 1048576 are/ },
  ])
})

test('J12 the largest value that is read in full takes bounded CPU time', () => {
  const before = process.cpuUsage()
  issuesOf(withConfig(Object.fromEntries(Array.from({ length: 99_000 }, (_, at) => [`k${at}`, at]))))
  plainJsonIssue(Array(1_000_000).fill(0))
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1_000).toBeLessThan(6_000)
})
