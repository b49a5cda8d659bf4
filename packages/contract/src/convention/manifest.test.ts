/** Conventions that a node accepts, and every kind of issue with its path. */
import { describe, expect, test } from 'vitest'
import { sampleManifest } from '../testing/index.ts'
import { checkConvention, type Issue } from './issues.ts'
import { conventionManifest, conventionSource } from './manifest.ts'

/** Returns a sample in which the value at `path` is replaced; `undefined` removes it. */
function changed(path: string, value: unknown, sample: unknown = sampleManifest()): unknown {
  const manifest: unknown = structuredClone(sample)
  const parts = path.split('.')
  const last = parts.pop() ?? ''
  const holder = parts.reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], manifest)
  if (value === undefined) delete (holder as Record<string, unknown>)[last]
  else (holder as Record<string, unknown>)[last] = value
  return manifest
}
function issuesOf(
  value: unknown,
  schema: typeof conventionManifest | typeof conventionSource = conventionManifest,
): Issue[] {
  const checked = checkConvention(schema, value)
  return 'issues' in checked ? checked.issues : []
}

test('the sample is valid, both for a node and for an author', () => {
  const manifest = sampleManifest()
  expect(checkConvention(conventionManifest, manifest)).toEqual({ convention: manifest })
  expect(issuesOf(manifest, conventionSource)).toEqual([])
})

test('optional parts may be absent or null, and an absent config becomes an empty one', () => {
  for (const path of ['ingester', 'docs.when_not_to_use', 'docs.see_also', 'hooks.0.feature.columns.0.unit']) {
    expect(issuesOf(changed(path, null)), path).toEqual([])
    expect(issuesOf(changed(path, undefined)), path).toEqual([])
  }
  const checked = checkConvention(conventionManifest, changed('hooks.0.config', undefined))
  expect('convention' in checked && checked.convention.hooks[0]?.config).toEqual({})
})

const [column] = sampleManifest().hooks[0]?.feature.columns ?? []
const [field] = sampleManifest().schema.fields
const [hook] = sampleManifest().hooks
const long = (length: number) => 'a'.repeat(length)

/** The path that is changed, its new value, the message of the issue, and its path if that is another one. */
const wrong: [path: string, value: unknown, message: RegExp, at?: string][] = [
  ['title', undefined, /write the title/],
  ['title', 7, /write the title as text/],
  ['title', ' ', /write the title/],
  ['title', long(201), /shorten the title to 200/],
  ['title', '12', /three letters or digits/],
  ['title', '日本語', /three letters or digits/],
  ['title', 'Protein\u202estructures', /control characters/],
  ['title', 'Protein\u0007structures', /control characters/],
  ['description', undefined, /write the description/],
  ['description', long(10_001), /shorten the description/],
  ['schema', undefined, /write schema/],
  ['schema.fields.0', null, /write a field/],
  ['hooks.0', 'find_pockets', /write a hook/],
  ['hooks.0.feature', undefined, /write a feature/],
  ['ingester', 'fetch', /write an ingester/],
  ['title', 'Protein\nstructures', /on one line/],
  ['title', 'Protein\u200b structures', /control characters/],
  ['schema.fields.0.constraints.unit', 'Å\t', /on one line/],
  ['schema.id', undefined, /write an id/],
  ['schema.id', 'PDB', /lower-case/],
  ['schema.version', '1.0', /three numbers/],
  ['schema.version', 1, /such as 1.0.0/],
  ['schema.version', '01.0.0', /three numbers/],
  ['schema.fields', undefined, /list the fields/],
  ['schema.fields', [], /at least one field/],
  ['schema.fields', [field, field], /same name/],
  ['schema.fields', Array.from({ length: 501 }, (_, at) => ({ ...field, name: `f${at}` })), /at most 500/],
  ['schema.fields.0.name', undefined, /write a field name/],
  ['schema.fields.0.name', '1st', /a letter, then/],
  ['schema.fields.0.name', 'a b', /a letter, then/],
  ['schema.fields.0.name', '__proto__', /a letter, then/],
  ['schema.fields.0.examples', '4TOS', /list examples as text/],
  ['schema.fields.0.examples', [4], /write the example as text/, 'schema.fields.0.examples.0'],
  ['schema.fields.0.type', 'float', /one of text, number/],
  ['schema.fields.0.type', 'text', /own type/, 'schema.fields.0.constraints.type'],
  ['schema.fields.0.required', 'yes', /true or false/],
  ['schema.fields.0.cardinality', 'many', /one of exactly_one/],
  ['schema.fields.0.description', '', /write the description/],
  ['schema.fields.0.constraints', {}, /need a type/, 'schema.fields.0.constraints.type'],
  ['schema.fields.0.constraints.min_value', '0', /min_value must be a number/],
  ['schema.fields.0.constraints.max_value', Number.POSITIVE_INFINITY, /max_value must be a number/],
  ['schema.fields.0.constraints.max_value', 0.2, /at least min_value/],
  ['schema.fields.2.constraints.max_length', 3, /at least min_length/],
  ['schema.fields.0.constraints.unit', long(41), /shorten the unit/],
  ['schema.fields.1.constraints', undefined, /name its ontology/],
  ['schema.fields.1.constraints.ontology_srn', undefined, /write the ontology/],
  ['schema.fields.2.constraints.min_length', -1, /a length must be a whole number from 0/],
  ['schema.fields.2.constraints.pattern', '[', /not a regular expression/],
  ['file_requirements', undefined, /write file_requirements/],
  ['file_requirements.accepted_types', ['cif'], /extension such as/, 'file_requirements.accepted_types.0'],
  ['file_requirements.min_count', -1, /whole number from 0/],
  ['file_requirements.min_count', 11, /at least min_count/, 'file_requirements.max_count'],
  ['file_requirements.max_count', 1.5, /whole number/],
  ['file_requirements.max_file_size', 0, /whole number from 1/],
  ['file_requirements.max_file_size', '50 MB', /as a number/],
  ['hooks', undefined, /list the hooks/],
  ['hooks', [hook, hook], /same name/],
  ['hooks.0.name', 'Find-Pockets', /lower-case/],
  ['hooks.0.name', undefined, /write a name/],
  ['hooks.0.config', [], /config must be an object/],
  ['hooks.0.config', { probe: Number.NaN }, /JSON can represent/, 'hooks.0.config.probe'],
  ['hooks.0.limits', undefined, /write limits/],
  ['hooks.0.limits.timeout_seconds', 0, /whole number from 1/],
  ['hooks.0.limits.memory', '512 MB', /such as 512m/],
  ['hooks.0.limits.cpu', '0', /number of cores/],
  ['hooks.0.limits.cpu', 1, /cpu as text/],
  ['hooks.0.limits.memory', 512, /memory as text/],
  ['hooks.0.config', { nested: { constructor: 1 } }, /cannot be a key/, 'hooks.0.config.nested'],
  ['hooks.0.config', { prototype: 1 }, /cannot be a key/],
  ['hooks.0.release', undefined, /write a release/],
  ['hooks.0.release.digest', undefined, /write the digest/],
  ['hooks.0.release.digest', 'sha256:abc', /64 hexadecimal/],
  ['hooks.0.release.image', 'https://ghcr.io/x y', /reference such as/],
  ['hooks.0.feature.kind', 'graph', /kind must be "table"/],
  ['hooks.0.feature.cardinality', 'some', /"one" or "many"/],
  ['hooks.0.feature.columns', undefined, /list the columns/],
  ['hooks.0.feature.columns', [column, column], /same name/],
  ['hooks.0.feature.columns.0.name', 'a b', /column name/],
  ['hooks.0.feature.columns.0.json_type', 'float', /json_type must be one of/],
  ['hooks.0.feature.columns.0.required', undefined, /true or false/],
  ['ingester.release', undefined, /write a release/],
  ['ingester.name', 'x-y', /lower-case/],
  ['docs', undefined, /write docs/],
  ['docs.purpose', undefined, /write the purpose/],
  ['docs.example_questions', undefined, /list example questions/],
  ['docs.example_questions', ['a', 'b'], /three different questions/],
  ['docs.example_questions', ['Which?', ' which? ', 'WHICH?', 'a'], /three different questions/],
  ['docs.examples', [], /at least one example/],
  ['docs.examples.0.query', undefined, /write the query/],
  ['docs.see_also', ['\u0000'], /Unicode/, 'docs.see_also.0'],
]

test.each(wrong)('%s set to %j is an issue that says %s', (path, value, message, at) => {
  const issues = issuesOf(changed(path, value))
  expect(issues.length, JSON.stringify(issues)).toBeGreaterThan(0)
  expect(issues.map((issue) => issue.path)).toContain(at ?? path)
  expect(issues.find((issue) => issue.path === (at ?? path))?.message).toMatch(message)
})

describe('unknown keys', () => {
  const places = ['', 'schema', 'schema.fields.0', 'schema.fields.0.constraints', 'file_requirements', 'hooks.0']
  const more = ['hooks.0.limits', 'hooks.0.release', 'hooks.0.feature.columns.1', 'ingester', 'docs', 'docs.examples.0']
  test.each([...places, ...more])('in %j are refused by name', (path) => {
    for (const key of ['surprise', 'toString', 'hasOwnProperty']) {
      const issues = issuesOf(changed(path === '' ? key : `${path}.${key}`, 1))
      expect(issues).toEqual([{ path, message: `remove "${key}": not a known key` }])
    }
  })

  test.each([...places, ...more, 'hooks.0.config'])(
    'that could change an object’s prototype are refused in %j',
    (path) => {
      for (const key of ['__proto__', 'constructor', 'prototype']) {
        const manifest = changed(path === '' ? 'p' : `${path}.p`, { polluted: true })
        const parsed: unknown = JSON.parse(JSON.stringify(manifest).replace('"p":', `"${key}":`))
        expect(issuesOf(parsed)).toEqual([{ path, message: `remove "${key}": it cannot be a key here` }])
      }
      expect({}).not.toHaveProperty('polluted')
    },
  )

  test('include the version key of the original’s first wire', () => {
    expect(issuesOf({ ...sampleManifest(), version: '1.0.0' })).toEqual([
      { path: '', message: 'remove "version": not a known key' },
    ])
  })
})

test('all issues are reported at once, at most 200 of them', () => {
  expect(issuesOf({}).map(({ path }) => path)).toEqual([
    'title',
    'description',
    'schema',
    'file_requirements',
    'docs',
    'hooks',
  ])
  expect(issuesOf(sampleManifest({ hooks: Array(100).fill({}) }))).toHaveLength(200)
})

test('conventions for the original are accepted: capitals in names, examples of values, a repeated question', () => {
  for (const [path, value] of [
    ['schema.fields.0.name', 'pH'],
    ['schema.fields.0.examples', ['7.4', '6.8']],
    ['schema.fields.0.examples', []],
    ['hooks.0.feature.columns.0.name', 'Rfree'],
    ['docs.example_questions', ['a', 'b', 'c', 'A ']],
  ] as const) {
    expect(issuesOf(changed(path, value)), path).toEqual([])
  }
})

test('issues between several parts are reported together with issues in the parts', () => {
  const manifest = sampleManifest()
  const { release, limits, ...bare } = hook ?? {}
  const wrongFields = [
    { ...field, required: 'yes', constraints: { type: 'number', min_value: 2, max_value: 1 } },
    { ...field, cardinality: 'many', type: 'text' },
    { name: 'taxon', type: 'term', required: 'yes', cardinality: 'exactly_one' },
  ]
  const issues = issuesOf(
    {
      ...manifest,
      schema: { ...manifest.schema, version: 1, fields: wrongFields },
      file_requirements: { accepted_types: '.cif', min_count: 2, max_count: 1 },
      hooks: [bare, { ...bare, surprise: 1 }],
      docs: { example_questions: ['Which?', ' which? ', 7] },
    },
    conventionSource,
  )
  expect(issues.map(({ path }) => path).sort()).toEqual([
    'docs.example_questions',
    'docs.example_questions.2',
    'docs.examples',
    'docs.purpose',
    'file_requirements.accepted_types',
    'file_requirements.max_count',
    'file_requirements.max_file_size',
    'hooks',
    'hooks.0.limits',
    'hooks.0.release',
    'hooks.1',
    'hooks.1.limits',
    'hooks.1.release',
    'schema.fields',
    'schema.fields.0.constraints.max_value',
    'schema.fields.0.required',
    'schema.fields.1.cardinality',
    'schema.fields.1.constraints.type',
    'schema.fields.2.constraints',
    'schema.fields.2.required',
    'schema.version',
  ])
})

/** Returns the paths of all values inside a value. */
const pathsIn = (value: unknown): string[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => [key, ...pathsIn(inner).map((path) => `${key}.${path}`)])
    : []

test('no issue uses a default message of zod, whatever the value is', () => {
  const things = [null, true, -1, 1e9, '', ' ', long(30_000), [], [null], {}, { a: null }, Array(1_000).fill('a')]
  const built = { context: '.', dockerfile: 'Dockerfile', image: 'pockets' }
  const places = [...pathsIn(sampleManifest()), 'hooks.0.build', ...pathsIn(built).map((key) => `hooks.0.build.${key}`)]
  const reported = places.flatMap((path) =>
    things.flatMap((thing) => {
      const sample = changed('hooks.0.build', built)
      const values = path.startsWith('hooks.0.build') ? [sample] : [sample, sampleManifest()]
      return values.flatMap((value) =>
        issuesOf(changed(path, thing, value), value === sample ? conventionSource : conventionManifest),
      )
    }),
  )
  expect(reported.length).toBeGreaterThan(1_000)
  // the first words of zod's default messages
  expect(reported.filter(({ message }) => /^(Invalid|Too|Unrecognized|Expected)/.test(message))).toEqual([])
})

test('a build needs an image name if registries do not accept the name of its hook', () => {
  const { release, ...bare } = hook ?? {}
  const built = (name: string, build: object) => ({ ...sampleManifest(), hooks: [{ ...bare, name, build }] })
  for (const name of ['pockets', 'find_pockets', 'find__pockets']) {
    expect(issuesOf(built(name, { context: '.' }), conventionSource), name).toEqual([])
  }
  for (const name of ['find_', 'find___pockets']) {
    const issues = issuesOf(built(name, { context: '.' }), conventionSource)
    expect(issues).toMatchObject([
      { path: 'hooks.0.build.image', message: expect.stringMatching(/write a name for the image/) },
    ])
    expect(issuesOf(built(name, { context: '.', image: 'find' }), conventionSource), name).toEqual([])
  }
  for (const image of ['a//b', 'a..b', 'a___b', '/a', 'A', 'a/', 'a:1', 'a@b']) {
    const issues = issuesOf(built('a', { context: '.', image }), conventionSource)
    expect(issues, image).toMatchObject([{ path: 'hooks.0.build.image' }])
  }
})

test('an author writes either a release or a build, and a node accepts only a release', () => {
  const { release, ...bare } = hook ?? {}
  const build = { context: './hooks/find_pockets' }
  const withHook = (one: object) => ({ ...sampleManifest(), hooks: [one] })
  expect(issuesOf(withHook({ ...bare, build }), conventionSource)).toEqual([])
  expect(issuesOf(withHook({ ...bare, build, release }), conventionSource)).toMatchObject([{ path: 'hooks.0.release' }])
  expect(issuesOf(withHook(bare), conventionSource)).toMatchObject([{ path: 'hooks.0.release' }])
  expect(issuesOf(withHook({ ...bare, build, release }))).toEqual([
    { path: 'hooks.0', message: 'remove "build": not a known key' },
  ])
})
