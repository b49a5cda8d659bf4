/** `osa init`: what it writes, what it does not overwrite, and that the new project deploys, compiles and runs. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fakeOsaServer } from '@osa/sdk/testing'
import { expect, test } from 'vitest'
import { writeProject as writeProjectFiles } from './init/write-project.ts'
import { slugOfFolder } from './project-template.ts'
import { installSdk, writeProject } from './testing/conventions.ts'
import { failure, success } from './testing/json-shapes.ts'
import { makeSandbox, type Sandbox } from './testing/run-osa.ts'
import { seedCredentials } from './testing/seed.ts'
import { makeStandInTool } from './testing/stand-in-tool.ts'
import { version } from './version.ts'

const files = [
  '.gitignore',
  'README.md',
  'hooks/count_rows/Dockerfile',
  'hooks/count_rows/hook.mts',
  'osa.config.ts',
  'package.json',
  'tsconfig.json',
]

const init = (sandbox: Sandbox, ...args: string[]) => sandbox.call(['init', ...args, '--no-install'])

async function filesBelow(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .sort()
}

/** Adds the hook to the convention, as the section "Add the hook" of the project's README says. */
async function addHook(folder: string): Promise<void> {
  const [, hooks = ''] =
    /```ts\n {2}(hooks: [\s\S]*?),\n```/.exec(await readFile(join(folder, 'README.md'), 'utf8')) ?? []
  const config = join(folder, 'osa.config.ts')
  const text = await readFile(config, 'utf8')
  expect(text.match(/hooks: \[\]/g)).toHaveLength(1)
  await writeFile(config, text.replace('hooks: []', hooks))
}

test('a project is created in a new folder and named after it, and the next commands are printed', async () => {
  await using sandbox = await makeSandbox()
  // The built command, to see that it finds the template in the package.
  const { code, stdout, stderr } = await sandbox.run(['init', 'field-notes', '--no-install'])
  const folder = join(sandbox.project, 'field-notes')
  expect(stderr.split('\n')).toEqual([
    ` ✓ Created a project in ${folder}`,
    ...files.map((name) => `   ${name}`),
    ' → Next: osa login <url> --cwd field-notes',
    ' → Then: osa deploy --cwd field-notes',
    '',
  ])
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  expect(await filesBelow(folder)).toEqual(files)
  for (const name of files) expect(await readFile(join(folder, name), 'utf8'), name).not.toMatch(/\{\{|\}\}/)
  expect(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))).toMatchObject({ name: 'field-notes' })
  expect(await readFile(join(folder, 'README.md'), 'utf8')).toMatch(/^# Field Notes\n/)
})

test('without an argument the current folder is used; K38 --json prints one document of its documented shape', async () => {
  await using sandbox = await makeSandbox()
  const { stdout } = await init(sandbox, '--json')
  const { v: _, ok: __, ...rest } = success.init.parse(JSON.parse(stdout))
  expect(rest).toEqual({ folder: sandbox.project, files, installed: false, reason: '--no-install' })
  expect(await filesBelow(sandbox.project)).toEqual(files)
})

test.each([
  ['Field notes', 'field-notes'],
  ['2026 – Müller & Söhne', 'muller-sohne'],
  ['日本', 'my-records'],
  ['x'.repeat(200), 'x'.repeat(64)],
])('the project in a folder called %s is called %s', (folder, slug) => {
  expect(slugOfFolder(join('/home', folder))).toBe(slug)
})

test('a new project can be deployed without changes, and its page can be opened', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await seedCredentials(sandbox, { [node.url]: node.issue() })
  const there = ['--cwd', 'Field notes']
  await init(sandbox, 'Field notes')
  expect(await sandbox.call(['link', node.url, ...there])).toMatchObject({ code: 0 })
  const deployed = await sandbox.call(['deploy', ...there])
  expect(deployed.stderr).toMatch(/ ✓ Field Notes {2}field-notes@1\.0\.0 /)
  expect(deployed.code).toBe(0)
  const opened = await sandbox.call(['open', 'field-notes', ...there])
  expect(opened).toEqual({ code: 0, stdout: `${node.url}/conventions/field-notes\n`, stderr: '' })
})

test('with the hook from its README, the image is built from the project', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await seedCredentials(sandbox, { [node.url]: node.issue() })
  await init(sandbox)
  await addHook(sandbox.project)
  const tool = await makeStandInTool(join(sandbox.home, 'tools'))
  await sandbox.call(['link', node.url])
  const { code, stderr } = await sandbox.call(['deploy', '--registry', 'ghcr.io/group'], { env: { PATH: tool.path } })
  expect(stderr).toMatch(/ ✓ count_rows {2}[0-9a-f]{12} /)
  expect(code).toBe(0)
})

test('a project compiles with the types in its package.json, with and without the hook', async () => {
  await using sandbox = await makeSandbox()
  await init(sandbox)
  const repository = fileURLToPath(new URL('../../..', import.meta.url))
  await installSdk(sandbox)
  await mkdir(join(sandbox.project, 'node_modules/@types'))
  await symlink(join(repository, 'node_modules/@types/node'), join(sandbox.project, 'node_modules/@types/node'))
  const compile = () => spawnSync(join(repository, 'node_modules/.bin/tsc'), { cwd: sandbox.project, encoding: 'utf8' })
  expect(compile()).toMatchObject({ status: 0, stdout: '' })
  await addHook(sandbox.project)
  expect(compile()).toMatchObject({ status: 0, stdout: '' })
  const config = join(sandbox.project, 'osa.config.ts')
  await writeFile(config, (await readFile(config, 'utf8')).replace("kind: 'table'", "kind: 'graph'"))
  expect(compile().stdout).toContain('osa.config.ts')
  const { devDependencies } = JSON.parse(await readFile(join(sandbox.project, 'package.json'), 'utf8'))
  const own = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')).devDependencies
  const sdk = JSON.parse(await readFile(join(repository, 'packages/sdk/package.json'), 'utf8'))
  expect(devDependencies).toEqual({
    '@osa/sdk': `^${sdk.version}`,
    '@types/node': own['@types/node'],
    typescript: own.typescript,
  })
})

test('the hook of a project fills the columns in its README', async () => {
  await using sandbox = await makeSandbox()
  await init(sandbox)
  await writeProject(sandbox, 'files/full/one.csv', 'x,y\n1,2\n3,4\n')
  await writeProject(sandbox, 'files/full/two.csv', 'x,y,z\n1,2,3\n')
  await writeProject(sandbox, 'files/bare/one.csv', 'x,y\n')
  await writeProject(sandbox, 'in/records.jsonl', '{"id":"full"}\n{"id":"bare"}\n{"id":"gone"}\n')
  const env = { ...process.env, OSA_IN: 'in', OSA_FILES: 'files', OSA_OUT: 'out' }
  const { stderr } = spawnSync(process.execPath, ['hooks/count_rows/hook.mts'], {
    cwd: sandbox.project,
    env,
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  const read = async (name: string): Promise<unknown> =>
    JSON.parse(await readFile(join(sandbox.project, 'out', `${name}.jsonl`), 'utf8'))
  expect(await read('features')).toEqual({ id: 'full', features: [{ row_count: 3, column_count: 3 }] })
  expect(await read('rejections')).toEqual({ id: 'bare', reason: 'The tables have no rows' })
  expect(await read('errors')).toMatchObject({ id: 'gone', retryable: false })
})

test.each([
  ['a file of the same name', 'README.md', ['README.md']],
  ['a file in a subfolder', 'hooks/count_rows/hook.mts', ['hooks/count_rows/hook.mts']],
  ['a file with the name of a folder', 'hooks', ['hooks']],
  ['a convention under another name', 'osa.config.mjs', ['osa.config.mjs']],
])('%s is named and not overwritten', async (_, name, named) => {
  await using sandbox = await makeSandbox()
  const path = await writeProject(sandbox, name, 'mine')
  const { code, stdout, stderr } = await init(sandbox)
  const hint = 'Use a new folder: osa init <folder>'
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr.split('\n')).toEqual([
    ` ✗ ${sandbox.project} has files that would be overwritten`,
    ...named.map((one) => `   ${one}`),
    ` → ${hint}`,
    '',
  ])
  expect(await filesBelow(sandbox.project)).toEqual([name])
  expect(await readFile(path, 'utf8')).toBe('mine')
  const { stdout: document } = await init(sandbox, '--json')
  expect(failure.parse(JSON.parse(document)).error).toMatchObject({ code: 'usage', hint, path: sandbox.project })
})

test('nothing is written through symbolic links with the names of files or folders of a project', async () => {
  await using sandbox = await makeSandbox()
  const elsewhere = join(sandbox.home, 'elsewhere')
  await mkdir(elsewhere)
  await symlink(elsewhere, join(sandbox.project, 'hooks'))
  await symlink(join(sandbox.home, 'missing'), join(sandbox.project, 'README.md'))
  expect((await init(sandbox)).stderr).toContain('\n   README.md\n   hooks\n')
  expect(await filesBelow(elsewhere)).toEqual([])
})

test('a file instead of a folder is refused', async () => {
  await using sandbox = await makeSandbox()
  await writeProject(sandbox, 'notes', 'mine')
  expect(await init(sandbox, 'notes')).toMatchObject({ code: 2, stderr: expect.stringMatching(/notes is a file\n/) })
  expect(await init(sandbox, 'notes/below')).toMatchObject({
    code: 9,
    stderr: expect.stringMatching(/Can't write \S+ \(ENOTDIR\)/),
  })
})

test('if a file cannot be written completely, neither files nor folders of the project remain', async () => {
  await using sandbox = await makeSandbox()
  await writeProject(sandbox, 'present/mine', '')
  // No file may be larger than 1 kB, and README.md is.
  const limited = (argv: readonly string[]): [string, string[]] => [
    'bash',
    ['-c', `trap '' XFSZ; ulimit -f 1; exec "$@"`, 'bash', ...argv],
  ]
  const { code, stderr } = await sandbox.run(['init', 'present/new/project', '--no-install'], { within: limited })
  expect({ code, stderr }).toEqual({
    code: 9,
    stderr: expect.stringMatching(/ ✗ Can't write \S+README\.md \(EFBIG\)\n → Check that you may write/),
  })
  expect(await readdir(sandbox.project, { recursive: true })).toEqual(['present', 'present/mine'])
})

test('a failed project leaves no folder that it created, and a folder that another program uses stays', async () => {
  await using sandbox = await makeSandbox()
  // "two" cannot be written, because "one" is a file.
  const broken = ['hooks/one', 'hooks/one/two'].map((name) => ({ name, text: 'x' }))
  const write = () => writeProjectFiles(join(sandbox.project, 'new'), broken)
  await expect(write()).rejects.toMatchObject({ code: 'usage' })
  expect(await readdir(sandbox.project)).toEqual([])
  await writeProject(sandbox, 'new/hooks/theirs', '')
  await expect(write()).rejects.toMatchObject({ code: 'usage' })
  expect(await filesBelow(sandbox.project)).toEqual(['new/hooks/theirs'])
})

/** Writes an `npm` that runs one of these shell commands, by its first argument. Returns the environment to use it. */
async function standInNpm(
  sandbox: Sandbox,
  answers: { view: string; install: string },
): Promise<Record<string, string>> {
  const folder = join(sandbox.home, 'tools')
  await mkdir(folder)
  const script = `#!/bin/sh\necho "$PWD $* $OSA_TOKEN" >> ${sandbox.home}/calls\ncase $1 in\nview) ${answers.view};;\ninstall) ${answers.install};;\nesac\n`
  await writeFile(join(folder, 'npm'), script, { mode: 0o755 })
  return { PATH: `${folder}${delimiter}${process.env.PATH}`, OSA_TOKEN: 'secret' }
}

test('npm install runs in the new folder if the registry has the SDK, without the token and without install scripts', async () => {
  await using sandbox = await makeSandbox()
  const env = await standInNpm(sandbox, { view: 'echo 0.1.0', install: 'exit 0' })
  const { code, stderr } = await sandbox.call(['init', 'field-notes'], { env })
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringMatching(/\n ✓ npm install {2}\d+\.\ds\n → Next: /),
  })
  const calls = (await readFile(join(sandbox.home, 'calls'), 'utf8')).trimEnd().split('\n')
  expect(calls.map((call) => call.trimEnd().replace(sandbox.project, ''))).toEqual([
    expect.stringMatching(/^\/field-notes view @osa\/sdk@\S+ version /),
    '/field-notes install --no-audit --no-fund --ignore-scripts --loglevel=error',
  ])
})

test.each([
  [
    'the registry has no such package',
    { view: 'echo "npm error code E404" >&2; exit 1' },
    `npm can't find @osa/sdk@${version} (E404)`,
  ],
  ['the registry has no such version', { view: 'exit 0' }, `npm can't find @osa/sdk@${version}`],
  ['it fails half-way', { install: 'exit 7' }, 'npm install failed (exited with 7)'],
])('if packages cannot be installed because %s, osa init says so and succeeds', async (_, behaviour, reason) => {
  await using sandbox = await makeSandbox()
  const env = await standInNpm(sandbox, { view: 'echo 0.1.0', install: 'exit 0', ...behaviour })
  const { code, stderr } = await sandbox.call(['init', 'field-notes'], { env })
  const line = `   Packages are not installed: ${reason}. You need them only for the types in your editor, not to deploy.\n`
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(line) })
})

test('without npm the project is still complete', async () => {
  await using sandbox = await makeSandbox()
  const { code, stdout } = await sandbox.call(['init', '--json'], { env: { PATH: sandbox.home } })
  expect(success.init.parse(JSON.parse(stdout))).toMatchObject({
    installed: false,
    reason: "npm can't be started (ENOENT)",
  })
  expect(code).toBe(0)
})

test('after Ctrl-C during npm install the project remains, and osa says so', async () => {
  await using sandbox = await makeSandbox()
  const env = await standInNpm(sandbox, { view: 'echo 0.1.0', install: 'exec sleep 600' })
  const { code, stderr } = await sandbox.run(['init'], {
    env,
    onStart: (child) => {
      child.stderr?.on('data', (text: string) => {
        if (text.includes('tsconfig.json')) child.kill('SIGINT')
      })
    },
  })
  expect(code).toBe(130)
  expect(stderr).toContain('Packages are not installed: cancelled.')
  expect(await filesBelow(sandbox.project)).toEqual(files)
})

test('K16 after a Ctrl-C that npm ignores, osa ends and says that the project is complete', async () => {
  await using sandbox = await makeSandbox()
  const installing = join(sandbox.home, 'installing')
  // This npm ends when the sandbox is removed.
  const install = `trap '' TERM; touch ${installing}; while [ -d "$PWD" ]; do sleep 0.1; done`
  const env = await standInNpm(sandbox, { view: 'echo 0.1.0', install })
  const { code, stderr } = await sandbox.run(['init'], {
    env,
    onStart: (child) => {
      const timer = setInterval(() => {
        if (!existsSync(installing)) return
        clearInterval(timer)
        child.kill('SIGINT')
      }, 20)
    },
  })
  expect(code).toBe(130)
  expect(stderr).toContain(' ✗ Cancelled – the project is complete, but its packages are not installed\n')
  expect(stderr).not.toContain('nothing was changed')
  expect(await filesBelow(sandbox.project)).toEqual(files)
})
