/** `osa conventions` with a fake node: the output for people and for scripts. */
import { createOsaClient } from '@osa/sdk'
import { type FakeOsaServer, FakeRefusal, fakeOsaServer, refusalAnswer, resultAnswer } from '@osa/sdk/testing'
import { expect, test } from 'vitest'
import { releasedHook } from './testing/conventions.ts'
import { failure, success } from './testing/json-shapes.ts'
import { makeSandbox, type Sandbox } from './testing/run-osa.ts'
import { seedCredentials, seedLink } from './testing/seed.ts'

const manifest = (title: string, description = 'What they are for.') => ({
  title,
  description,
  schema: { id: 'record', version: '1.2.0', fields: [] },
  file_requirements: { accepted_types: ['.cif'], min_count: 1, max_count: 1, max_file_size: 1 },
  hooks: [{ ...releasedHook('find_pockets'), build: undefined }],
  docs: { purpose: 'p', example_questions: [], examples: [] },
})

/** A node with two conventions, one of them with two versions. */
async function nodeWithConventions() {
  const node = await fakeOsaServer()
  const osa = createOsaClient({ server: node.url, auth: node.issue().access_token })
  const deploy = (title: string, description?: string) =>
    osa.conventions.deploy.mutate({ conventions: [manifest(title, description) as never] })
  await deploy('Small Molecules')
  await deploy('Protein Structures', 'The first.')
  await deploy('Protein Structures', 'The second.')
  return node
}

const run = (sandbox: Sandbox, node: FakeOsaServer, ...args: string[]) =>
  sandbox.call(['conventions', ...args, '--server', node.url])

test('osa conventions list prints a line for each convention on stdout, and sends no token', async () => {
  await using node = await nodeWithConventions()
  await using sandbox = await makeSandbox()
  await seedCredentials(sandbox, { [node.url]: node.issue() })
  const { code, stdout, stderr } = await run(sandbox, node, 'list')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout.split('\n').map((line) => line.trim().split(/ {3,}/))).toEqual([
    ['CONVENTION', 'TITLE', 'SCHEMA', 'DEPLOYED'],
    ['protein-structures@2', 'Protein Structures', 'record 1.2.0', 'just now'],
    ['small-molecules@1', 'Small Molecules', 'record 1.2.0', 'just now'],
    [''],
  ])
  expect(node.requests.at(-1)).toMatchObject({ path: '/trpc/conventions.list' })
  expect(node.requests.at(-1)?.headers.authorization).toBeUndefined()
})

test('osa conventions show prints the newest version, or the named one', async () => {
  await using node = await nodeWithConventions()
  await using sandbox = await makeSandbox()
  const newest = await run(sandbox, node, 'show', 'protein-structures')
  expect(newest).toMatchObject({ code: 0, stderr: '' })
  expect(newest.stdout).toMatch(/^ {3}Protein Structures \(protein-structures@2\)\n {3}The second\.\n/)
  expect(newest.stdout).toMatch(/Hooks: +find_pockets\n/)
  expect(newest.stdout).toMatch(/\n +@2 +record 1\.2\.0 .+ Josiah Carberry\n +@1 +record 1\.2\.0 .+\n$/)
  const first = await run(sandbox, node, 'show', 'protein-structures@1')
  expect(first.stdout).toContain('(protein-structures@1)\n   The first.\n')
})

test('K38 with --json both print one document of its documented shape', async () => {
  await using node = await nodeWithConventions()
  await using sandbox = await makeSandbox()
  const [all, one] = await Promise.all([
    run(sandbox, node, 'list', '--json'),
    run(sandbox, node, 'show', 'protein-structures@1', '--json'),
  ])
  const { conventions } = success.conventions.parse(JSON.parse(all.stdout))
  expect(conventions.map(({ slug, version }) => [slug, version])).toEqual([
    ['protein-structures', 2],
    ['small-molecules', 1],
  ])
  const { convention } = success.convention.parse(JSON.parse(one.stdout))
  expect(convention).toMatchObject({ version: 1, description: 'The first.', manifest: { title: 'Protein Structures' } })
})

test('if the archive requires a login, the saved one is used', async () => {
  await using node = await nodeWithConventions()
  await using sandbox = await makeSandbox()
  const closed = refusalAnswer(new FakeRefusal('UNAUTHORIZED', 401, 'As scripted.', { token_error: 'missing_token' }))
  node.dictate('trpc', [closed])
  expect(await run(sandbox, node, 'list')).toMatchObject({ code: 4, stdout: '' })
  const login = node.issue()
  await seedCredentials(sandbox, { [node.url]: login })
  node.dictate('trpc', [closed])
  expect(await run(sandbox, node, 'list')).toMatchObject({ code: 0, stderr: '' })
  expect(node.requests.at(-1)?.headers.authorization).toBe(`Bearer ${login.access_token}`)
})

test.each([
  [['show', 'nothing'], 'not_found', 'See osa conventions list'],
  [['show', 'protein-structures@9'], 'not_found', 'See osa conventions list'],
  [['show', 'protein-structures@x'], 'usage', 'Write <slug> or <slug>@<version>'],
  [['show', '@1'], 'usage', 'Write <slug> or <slug>@<version>'],
  [['show'], 'usage', 'See: osa conventions --help'],
  [['list', 'x'], 'usage', 'See: osa conventions --help'],
  [['lst'], 'usage', 'Did you mean: osa conventions list'],
  [['remove'], 'usage', 'Use one of: list, show'],
  [[], 'usage', 'See: osa conventions --help'],
])('osa conventions %j is refused: %s, %s', async (args, code, hint) => {
  await using node = await nodeWithConventions()
  await using sandbox = await makeSandbox()
  const finished = await run(sandbox, node, ...args, '--json')
  expect(failure.parse(JSON.parse(finished.stdout)).error).toMatchObject({ code, hint })
  expect(finished.code).toBe(2)
})

test('K25 an archive that only a link file names is not contacted without asking', async () => {
  await using node = await nodeWithConventions()
  await using sandbox = await makeSandbox()
  await seedLink(sandbox, { server: node.url })
  const before = node.requests.length
  expect(await sandbox.call(['conventions', 'list'])).toMatchObject({ code: 2, stdout: '' })
  expect(node.requests).toHaveLength(before)
})

test.each([
  ['a list of something else', [{ slug: 'x' }]],
  ['no list', {}],
  ['a slug of a megabyte', [{ slug: 'x'.repeat(500_000) }]],
])('K07 an answer with %s is refused', async (_name, answer) => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  node.dictate('trpc', [resultAnswer(answer)], { always: true })
  for (const args of [['list'], ['show', 'x']]) {
    expect(await run(sandbox, node, ...args)).toMatchObject({ code: 8, stdout: '' })
  }
})

test('K05 the texts of a convention cannot move the cursor', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const osa = createOsaClient({ server: node.url, auth: node.issue().access_token })
  const hostile = manifest('Eve \u001b[2J\u202e', 'a\u001b]0;x\u0007b\nc')
  await osa.conventions.deploy.mutate({ conventions: [hostile as never] })
  for (const args of [['list'], ['show', 'eve-2j-']]) {
    const { code, stdout } = await run(sandbox, node, ...args)
    expect(code).toBe(0)
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
  }
})
