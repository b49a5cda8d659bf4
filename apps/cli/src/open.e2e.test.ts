/** `osa open`: which page it opens, and when it prints the address instead. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createOsaClient } from '@osa/sdk'
import { type FakeOsaServer, fakeOsaServer } from '@osa/sdk/testing'
import { expect, test } from 'vitest'
import { proteinStructures } from './testing/conventions.ts'
import { failure, success } from './testing/json-shapes.ts'
import { makeSandbox, type Sandbox } from './testing/run-osa.ts'
import { seedCredentials, seedLink } from './testing/seed.ts'

/** A node with three conventions, one of them with two versions. */
async function nodeWithConventions(): Promise<FakeOsaServer> {
  const node = await fakeOsaServer()
  const osa = createOsaClient({ server: node.url, auth: node.issue().access_token })
  for (const title of ['Protein Structures', 'Protein Complexes', 'Sequences']) {
    await osa.conventions.deploy.mutate({ conventions: [{ ...proteinStructures(), title } as never] })
  }
  await osa.conventions.deploy.mutate({ conventions: [{ ...proteinStructures(), description: 'New.' } as never] })
  return node
}

const run = (sandbox: Sandbox, node: FakeOsaServer, ...args: string[]) =>
  sandbox.call(['open', ...args, '--server', node.url])

/** A browser that saves the address it gets. `exit`: its exit code, other than 0 if it fails to open the page. */
async function makeBrowser(sandbox: Sandbox, exit = 0) {
  const [program, opened] = [join(sandbox.home, 'browser'), join(sandbox.home, 'opened')]
  await writeFile(program, `#!/bin/sh\nprintf %s "$1" > ${opened}\nexit ${exit}\n`, { mode: 0o755 })
  return { program, address: () => readFile(opened, 'utf8').catch(() => null) }
}

test.each([
  [[], '/'],
  [['sessions'], '/account/sessions'],
  [['protein-structures'], '/conventions/protein-structures'],
  [['protein-structures@1'], '/conventions/protein-structures?version=1'],
])('without a terminal osa open %j prints only the address, and opens nothing', async (args, path) => {
  await using node = await nodeWithConventions()
  await using sandbox = await makeSandbox()
  const browser = await makeBrowser(sandbox)
  const finished = await sandbox.call(['open', ...args, '--server', node.url], {
    env: { OSA_BROWSER: browser.program },
  })
  expect(finished).toEqual({ code: 0, stdout: `${node.url}${path}\n`, stderr: '' })
  expect(await browser.address()).toBeNull()
})

test('if only stderr is a terminal, nothing is opened either', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const browser = await makeBrowser(sandbox)
  const output = join(sandbox.home, 'output')
  await sandbox.run(['open', '--server', node.url], {
    env: { OSA_BROWSER: browser.program },
    within: (argv) => ['script', ['-qec', `${argv.join(' ')} > ${output}`, '/dev/null']],
  })
  expect(await readFile(output, 'utf8')).toBe(`${node.url}/\n`)
  expect(await browser.address()).toBeNull()
})

test('on a terminal the page is opened and its address is shown', async () => {
  await using node = await nodeWithConventions()
  await using sandbox = await makeSandbox()
  const browser = await makeBrowser(sandbox)
  const args = ['open', 'protein-structures', '--server', node.url]
  const { code, screen } = await sandbox.runOnTerminal(args, { env: { OSA_BROWSER: browser.program } })
  const url = `${node.url}/conventions/protein-structures`
  expect({ code, screen }).toEqual({ code: 0, screen: `   Opening ${url} in your browser\r\n` })
  expect(await browser.address()).toBe(url)
})

test.each([
  ['with --no-browser', ['--no-browser'], {}],
  ['over SSH', [], { SSH_CONNECTION: 'x' }],
  ['with OSA_BROWSER=none', [], { OSA_BROWSER: 'none' }],
  ['in CI', [], { CI: '1' }],
])('K04 on a terminal %s the address is printed and nothing is opened', async (_, flags, env) => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const browser = await makeBrowser(sandbox)
  const options = { env: { OSA_BROWSER: browser.program, ...env } }
  const { code, screen } = await sandbox.runOnTerminal(['open', '--server', node.url, ...flags], options)
  expect({ code, screen }).toEqual({ code: 0, screen: `${node.url}/\r\n` })
  expect(await browser.address()).toBeNull()
})

test.each([[[]], [['--quiet']]])(
  'if the browser cannot be opened, the address is on the screen (%j)',
  async (flags) => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    const { program } = await makeBrowser(sandbox, 1)
    const { code, screen } = await sandbox.runOnTerminal(['open', '--server', node.url, ...flags], {
      env: { OSA_BROWSER: program },
    })
    expect(code).toBe(0)
    expect(screen).toMatch(/Opening http:\S+\/ in your browser\r\n {3}Couldn't open a browser. Use the address above\./)
  },
)

test('K38 osa open --json prints one document of its documented shape', async () => {
  await using node = await nodeWithConventions()
  await using sandbox = await makeSandbox()
  const { stdout } = await run(sandbox, node, 'sessions', '--json')
  expect(success.open.parse(JSON.parse(stdout)).url).toBe(`${node.url}/account/sessions`)
})

test.each([
  ['protein-structure', 'Did you mean: osa open protein-structures', ''],
  ['sesions', 'Did you mean: osa open sessions', ''],
  ['Protein', 'Did you mean: osa open protein-complexes', '   It has: protein-complexes, protein-structures\n'],
  ['protein-structures@9', 'See osa conventions list', ''],
  ['nothing', 'See osa conventions list', ''],
])('a convention that does not exist, %s, is refused with similar names: %s', async (typed, hint, detail) => {
  await using node = await nodeWithConventions()
  await using sandbox = await makeSandbox()
  const { code, stdout, stderr } = await run(sandbox, node, typed)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toBe(` ✗ ${node.url} has no convention ${typed}\n${detail} → ${hint}\n`)
  const [, line = ''] = / osa (.*)/.exec(hint) ?? []
  expect(await sandbox.call([...line.split(' '), '--server', node.url])).toMatchObject({ code: 0 })
  const { stdout: document } = await run(sandbox, node, typed, '--json')
  expect(failure.parse(JSON.parse(document)).error).toMatchObject({ code: 'not_found', exit_code: 2 })
})

test('K25 an archive that only a link file names is neither opened nor contacted', async () => {
  await using node = await nodeWithConventions()
  await using sandbox = await makeSandbox()
  await seedLink(sandbox, { server: node.url })
  const before = node.requests.length
  expect(await sandbox.call(['open'])).toMatchObject({ code: 2, stdout: '' })
  expect(node.requests).toHaveLength(before)
  await seedCredentials(sandbox, { [node.url]: node.issue() })
  expect(await sandbox.call(['open'])).toMatchObject({ code: 0, stdout: `${node.url}/\n` })
})
