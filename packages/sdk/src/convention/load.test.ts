import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { isOsaError } from '../errors.ts'
import { makeTemporaryDir } from '../testing/temporary-dir.ts'
import { checkConventions } from './check.ts'
import { findConventionFile } from './find-file.ts'
import { loadConventions } from './load.ts'

async function write(folder: string, name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
  return path
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    return `answered ${JSON.stringify(await work)}`
  } catch (error) {
    if (isOsaError(error)) return `${error.code}: ${error.message}`
    throw error
  }
}

test.each([
  ['export default { title: "one" }', [{ title: 'one' }]],
  ['export default [{ title: "one" }, { title: "two" }]', [{ title: 'one' }, { title: 'two' }]],
  ['export const conventions = [{ title: "one" }]', [{ title: 'one' }]],
  ['type T = string\nconst title: T = "one"\nexport default { title }', [{ title: 'one' }]],
])('a module exports its conventions: %s', async (text, values) => {
  await using folder = await makeTemporaryDir()
  const path = await write(folder.path, 'osa.config.ts', text)
  expect(await loadConventions(path)).toEqual({ name: path, folder: folder.path, values })
})

test.each([
  ['\ufeff{"title": "one"}', [{ title: 'one' }]],
  ['[{"title": "one"}]', [{ title: 'one' }]],
  ['{"manifest_version": 1, "conventions": [{"title": "one"}]}', [{ title: 'one' }]],
])('a JSON file contains conventions: %s', async (text, values) => {
  await using folder = await makeTemporaryDir()
  expect((await loadConventions(await write(folder.path, 'osa.config.json', text))).values).toEqual(values)
})

test.each([
  ['osa.config.mjs', 'export const other = 1', 'exports no convention'],
  ['osa.config.mjs', 'export default []', 'holds no convention'],
  ['osa.config.mjs', 'export default "text"', 'holds no convention'],
  ['osa.config.mjs', 'throw new Error("no")', "can't be loaded: no"],
  ['osa.config.mjs', 'throw null', "can't be loaded: null"],
  ['osa.config.mjs', 'export default {', "can't be loaded: "],
  ['osa.config.json', '{"conventions": {}}', 'has a "conventions" that is not a list'],
  ['osa.config.json', '{"conventions": [],}', 'is not valid JSON (line 1, column 20'],
  ['osa.config.json', 'null', 'holds no convention'],
])('%s with %s is malformed_config, with a message that says why', async (name, text, message) => {
  await using folder = await makeTemporaryDir()
  const failure = await codeOf(loadConventions(await write(folder.path, name, text)))
  expect(failure).toMatch(/^malformed_config: /)
  expect(failure).toContain(message)
})

test('a file that does not exist is usage, a folder is malformed_config', async () => {
  await using folder = await makeTemporaryDir()
  expect(await codeOf(loadConventions(join(folder.path, 'nothing.json')))).toMatch(/^usage: There is no file/)
  expect(await codeOf(loadConventions(folder.path))).toMatch(/^malformed_config: .*can't be read \(EISDIR\)/)
})

test('K28 a file in a parent folder is ignored if others can write to it, and folders above the link are not searched', async () => {
  await using temporary = await makeTemporaryDir()
  const [top, below] = [join(temporary.path, 'linked'), join(temporary.path, 'linked/a/b')]
  await mkdir(below, { recursive: true })
  await write(temporary.path, 'osa.config.json', '{}')
  const uid = process.getuid?.()
  expect(await findConventionFile({ cwd: below, upTo: top, uid })).toEqual({ path: null, ignored: [] })
  const path = await write(top, 'osa.config.ts', '')
  expect(await findConventionFile({ cwd: below, upTo: top, uid })).toEqual({ path, ignored: [] })
  await chmod(path, 0o666)
  expect(await findConventionFile({ cwd: below, upTo: top, uid })).toEqual({
    path: null,
    ignored: [{ path, why: 'others can write to it' }],
  })
  expect((await findConventionFile({ cwd: top, upTo: top, uid })).path, 'the working directory itself is trusted').toBe(
    path,
  )
  expect((await readdir(top)).sort()).toEqual(['a', 'osa.config.ts'])
})

const whole = (title: string) => ({
  title,
  description: 'Molecules.',
  schema: {
    id: 'small-molecule',
    version: '1.0.0',
    fields: [{ name: 'smiles', type: 'text', required: true, cardinality: 'exactly_one' }],
  },
  file_requirements: { accepted_types: [], min_count: 0, max_count: 1, max_file_size: 1 },
  hooks: [],
  docs: {
    purpose: 'To find molecules.',
    example_questions: ['Which?', 'When?', 'Where?'],
    examples: [{ question: 'Which?', query: 'select 1', interpretation: 'One.' }],
  },
})

test('issues of several conventions name the convention; the same address twice and too many conventions are issues', () => {
  expect(checkConventions([whole('Small Molecules'), { ...whole('Other Molecules'), hooks: 7 }, 7])).toEqual({
    issues: [
      { path: 'conventions.1.hooks', message: 'list the hooks (an empty list if there are none)' },
      { path: 'conventions.2', message: expect.any(String) },
    ],
  })
  expect(checkConventions([whole('Small Molecules'), whole('small molecules!')])).toEqual({
    issues: [
      {
        path: 'conventions.1.title',
        message: 'another convention here has the same address, small-molecules: change one title',
      },
    ],
  })
  const clash = checkConventions([{ ...whole('Small Molecules'), hooks: 7 }, whole('small molecules!')])
  expect('issues' in clash && clash.issues.map(({ path }) => path)).toEqual([
    'conventions.0.hooks',
    'conventions.1.title',
  ])
  const many = Array.from({ length: 51 }, (_, index) => whole(`Molecules ${index}`))
  expect(checkConventions(many)).toEqual({
    issues: [{ path: 'conventions', message: 'at most 50 can be deployed together' }],
  })
  const limits = { timeout_seconds: 1, memory: '1g', cpu: '1' }
  const feature = { kind: 'table', cardinality: 'one', columns: [] }
  const hooks = [{ name: 'x', config: { data: 'x'.repeat(1_000_000) }, limits, feature, build: { context: '.' } }]
  const large = Array.from({ length: 5 }, (_, index) => ({ ...whole(`Molecules ${index}`), hooks }))
  expect(checkConventions(large.slice(1)), 'four megabytes are accepted').toHaveProperty('conventions')
  expect(checkConventions(large)).toEqual({
    issues: [{ path: 'conventions', message: expect.stringMatching(/^deploy fewer of them at once: .* 4194304$/) }],
  })
})
