/** The packed SDK: installed in an empty project, compiled with several compilers and run on several runtimes. */
import { execFile } from 'node:child_process'
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cleanEnvironment, repository } from './node-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

const run = promisify(execFile)
const sdk = join(repository, 'packages/sdk')
const bin = (name: string): string => join(repository, 'node_modules/.bin', name)
const minutes = (count: number): number => count * 60_000

/** The oldest and newest supported versions, from packages that contain only the binary. */
const nodes = { node20: '20.19.0', node22: '22.23.3', node26: '26.10.0' }
const compilers = { typescript59: '5.9.3', typescript60: '6.0.3', typescript70: '7.0.2' }
const otherRuntimes = { bun: '1.4.5', deno: '2.9.6' }

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let project: string
/** The programs in the README. */
const readmePrograms: string[] = []
/** The project cannot use packages of the workspace, because no parent folder has a node_modules. */
beforeAll(async () => {
  folder = await temporaryFolder()
  project = folder.path
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', project], { cwd: sdk })
  const [packed] = JSON.parse(stdout) as [{ filename: string }]
  const platform = `node-${process.platform}-${process.arch}`
  const dependencies = {
    '@osa/sdk': `file:${packed.filename}`,
    '@types/node': '24.19.2',
    ...Object.fromEntries(Object.entries(nodes).map(([name, version]) => [name, `npm:${platform}@${version}`])),
    ...Object.fromEntries(Object.entries(compilers).map(([name, version]) => [name, `npm:typescript@${version}`])),
    ...otherRuntimes,
  }
  const manifest = { name: 'empty', private: true, type: 'module', dependencies }
  await writeFile(join(project, 'package.json'), JSON.stringify(manifest))
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: project })
  for (const file of [
    'types.ts',
    'page-types.ts',
    'node-types.ts',
    'entries.ts',
    'caller.cts',
    'caller.cjs',
    'run.js',
    'hovers.js',
  ]) {
    await copyFile(join(import.meta.dirname, 'sdk-package', file), join(project, file))
  }
  const readme = await readFile(join(project, 'node_modules/@osa/sdk/README.md'), 'utf8')
  for (const [, program = ''] of readme.matchAll(/^```ts\n(.*?)^```/gms)) {
    const name = `readme-${readmePrograms.length}.ts`
    await writeFile(join(project, name), program)
    readmePrograms.push(name)
  }
}, minutes(20))
afterAll(() => folder[Symbol.asyncDispose](), minutes(20))

test('its declarations refer to no store, no database and no unpublished package', async () => {
  const dist = join(project, 'node_modules/@osa/sdk/dist')
  const declarations = (await readdir(dist)).filter((name) => name.endsWith('.d.ts'))
  expect(declarations.length).toBeGreaterThan(4)
  for (const name of declarations) {
    const code = (await readFile(join(dist, name), 'utf8')).replace(/\/\*[\s\S]*?\*\//g, '')
    expect(code, name).not.toMatch(/mikro|EntityManager|AuthStore|pglite/i)
    expect(code.match(/from "@osa\/[^"]*"|import\("@osa\/[^"]*"\)/g), name).toBe(null)
  }
  const { dependencies } = JSON.parse(await readFile(join(project, 'node_modules/@osa/sdk/package.json'), 'utf8'))
  expect(Object.keys(dependencies).filter((name) => name.startsWith('@osa/'))).toEqual([])
})

/** Compiles files with these options and `strict`, including the declarations of all libraries. Returns the compiler's messages. */
async function complaints(compiler: string, options: object, files: readonly string[]): Promise<string[]> {
  const compilerOptions = { strict: true, noEmit: true, skipLibCheck: false, ...options }
  const config = join(project, `tsconfig.${compiler}.${Object.values(options).flat().join('-') || 'bare'}.json`)
  await writeFile(config, JSON.stringify({ compilerOptions, files }))
  const tsc = join(project, 'node_modules', compiler, 'bin/tsc')
  const { stdout } = await run(process.execPath, [tsc, '-p', config], { cwd: project }).catch(
    (error: { stdout: string }) => error,
  )
  return stdout.split('\n').filter((line) => line !== '')
}

/** The declarations of tRPC use this DOM type, which the types of Node.js do not have. */
const isOfTrpc = (line: string): boolean => /^node_modules\/@trpc\/client\/.*'RequestInfo'/.test(line)

const nodeNext = { module: 'nodenext' }
const bundler = { module: 'esnext', moduleResolution: 'bundler', customConditions: ['node'] }
const settings: [name: string, compilerOptions: object][] = [
  ['the oldest target, and no types', { ...nodeNext, target: 'es2020', types: [] }],
  ['the oldest target and library, without the DOM', { ...nodeNext, target: 'es2020', lib: ['es2020'], types: [] }],
  ['default options', { ...nodeNext }],
  ['the newest target', { ...nodeNext, target: 'esnext' }],
  ['one file at a time', { ...nodeNext, target: 'es2022', isolatedModules: true }],
  [
    'the strictest',
    { ...nodeNext, target: 'es2023', exactOptionalPropertyTypes: true, noPropertyAccessFromIndexSignature: true },
  ],
  ['a bundler, and no types', { ...bundler, target: 'es2022', types: [] }],
  [
    'a bundler without the DOM',
    { ...bundler, target: 'esnext', lib: ['esnext'], types: [], verbatimModuleSyntax: true },
  ],
]
// the native compiler is fast enough for all settings
const fastest = 'typescript70'
test.each([
  ...settings.map(([name, options]) => [fastest, name, options] as const),
  ...Object.keys(compilers).flatMap((one) => (one === fastest ? [] : [[one, ...(settings[1] ?? ['', {}])] as const])),
])(
  'its declarations compile with %s and %s',
  async (compiler, _name, options) => {
    // a CommonJS file cannot be compiled with settings for bundlers
    const files = ['entries.ts', ...('moduleResolution' in options ? [] : ['caller.cts'])]
    expect((await complaints(compiler, options, files)).filter((line) => !isOfTrpc(line))).toEqual([])
  },
  minutes(20),
)

test.each(Object.keys(compilers))('a project written by osa init compiles with %s', async (compiler) => {
  const folder = join(project, `begun-${compiler}`)
  const osa = join(repository, 'apps/cli/bin/osa.js')
  await run(process.execPath, [osa, 'init', folder, '--no-install'], { env: cleanEnvironment() })
  const tsc = join(project, 'node_modules', compiler, 'bin/tsc')
  const skipped = ['--skipLibCheck', String(compiler !== fastest)]
  expect(await run(process.execPath, [tsc, ...skipped], { cwd: folder })).toMatchObject({ stdout: '' })
})

test(
  'a page needs only the types of the DOM',
  async () => {
    const options = {
      module: 'esnext',
      moduleResolution: 'bundler',
      target: 'es2020',
      lib: ['es2020', 'dom'],
      types: [],
    }
    expect(await complaints(fastest, options, ['page-types.ts'])).toEqual([])
  },
  minutes(20),
)

describe.each(Object.keys(compilers))('%s', (compiler) => {
  test(
    'reports the missing setting if a program for Node.js is compiled for pages by a bundler',
    async () => {
      const [program = ''] = readmePrograms
      const options = { module: 'esnext', moduleResolution: 'bundler', target: 'es2022', skipLibCheck: true }
      const said = (await complaints(compiler, options, [program])).filter((line) => line.startsWith(program))
      expect(said.map((line) => line.replace(/^.*?: /, ''))).toEqual([
        expect.stringMatching(/^error TS2684: .*For Node\.js.*"customConditions\\": \[\\"node\\"\]/),
      ])
    },
    minutes(20),
  )

  test.each([
    ['nodenext', 'nodenext', []],
    ['esnext', 'bundler', []],
    ['esnext', 'bundler', ['node']],
  ])(
    'compiles a consumer with module %s, resolution %s, conditions %j',
    async (module, moduleResolution, customConditions) => {
      const compilerOptions = {
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        verbatimModuleSyntax: true,
        noEmit: true,
        target: 'es2023',
        lib: ['es2024', 'esnext.disposable', 'dom', 'dom.iterable'],
        module,
        moduleResolution,
        ...(customConditions.length > 0 ? { customConditions } : {}),
        types: ['node'],
        // the newest compiler is fast enough to check the declarations of all libraries too
        skipLibCheck: compiler !== fastest,
      }
      // without the condition `node`, a compiler uses the build for browsers
      const isPage = moduleResolution === 'bundler' && customConditions.length === 0
      expect(readmePrograms.length).toBeGreaterThan(1)
      const files = ['types.ts', ...(isPage ? ['page-types.ts'] : ['node-types.ts', ...readmePrograms])]
      const config = join(project, `tsconfig.${compiler}.${moduleResolution}.${customConditions}.json`)
      await writeFile(config, JSON.stringify({ compilerOptions, files }))
      const tsc = join(project, 'node_modules', compiler, 'bin/tsc')
      const { stdout } = await run(process.execPath, [tsc, '-p', config]).catch((error: { stdout: string }) => error)
      expect(stdout).toBe('')
    },
    minutes(20),
  )
})

test(
  'an editor shows an explanation and a named return type for every procedure',
  async () => {
    const { stdout } = await run(process.execPath, ['hovers.js'], { cwd: project })
    const shown = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>)
    expect(shown.map(({ procedure }) => procedure)).toEqual(
      expect.arrayContaining(['device.watch', 'me', 'server.info']),
    )
    expect(shown.filter(({ explained = '' }) => explained.length < 20)).toEqual([])
    const answers = Object.fromEntries(shown.map(({ procedure = '', answer = '' }) => [procedure, answer]))
    expect(answers).toMatchObject({ me: 'Whoami', 'session.list': 'Session[]', 'conventions.deploy': 'DeployOutcome' })
  },
  minutes(20),
)

describe('runs on', () => {
  const installed = (path: string): string => join(project, 'node_modules', path)
  test.each([
    ['this Node', () => [process.execPath]],
    ...Object.keys(nodes).map((name) => [name, () => [installed(`${name}/bin/node`)]] as const),
    ['Bun', () => [installed('.bin/bun')]],
    ['Deno', () => [installed('.bin/deno'), 'run', '-A']],
  ] as [string, () => [string, ...string[]]][])(
    '%s',
    async (_name, command) => {
      const [program, ...words] = command()
      const { stdout } = await run(program, [...words, 'run.js'], { cwd: project, env: cleanEnvironment() })
      expect(stdout).toBe('all of it ran\n')
    },
    minutes(20),
  )
})

test.each([['this Node', process.execPath], ...Object.keys(nodes).map((name) => [name, `${name}/bin/node`])])(
  'a CommonJS program can require every entry on %s',
  async (_name, program = '') => {
    const node = program.startsWith('/') ? program : join(project, 'node_modules', program)
    const { stdout } = await run(node, ['caller.cjs'], { cwd: project, env: cleanEnvironment() })
    expect(stdout).toBe('all of it ran\n')
  },
  minutes(20),
)

test(
  'publint and are-the-types-wrong find nothing',
  async () => {
    const linted = await run(bin('publint'), ['--strict', sdk])
    expect(linted.stdout).toContain('All good!')
    const { stdout } = await run(bin('attw'), ['--pack', sdk, '--profile', 'esm-only', '--no-color'])
    expect(stdout).toContain('node16 (from ESM): 🟢 (ESM)')
    expect(stdout).not.toMatch(/❌|🎭|🐛|👺|❓|🕵️|🚭/u)
  },
  minutes(20),
)
