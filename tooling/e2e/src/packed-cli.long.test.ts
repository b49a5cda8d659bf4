/**
 * The packed command: installed from its tarball into an empty prefix and used from login to logout, on the current Node.js and on the oldest
 * and newest supported lines, which are installed from the registry.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { repository, startNode } from './node-process.ts'
import { npmEnvironment } from './npm-environment.ts'
import { runOsa } from './osa-process.ts'
import { logIn } from './stored-login.ts'
import { temporaryFolder } from './temporary-folder.ts'

const run = promisify(execFile)

interface Packed {
  filename: string
  size: number
  unpackedSize: number
  files: { path: string }[]
}

/** Runs npm and returns its output. */
async function npm(args: string[], cwd: string): Promise<string> {
  const { stdout } = await run('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    env: npmEnvironment(),
    maxBuffer: 16 * 1024 * 1024,
  })
  return stdout
}

async function pack(folder: string): Promise<Packed & { tarball: string }> {
  const answer = await npm(['pack', '--json', '--pack-destination', folder], join(repository, 'apps/cli'))
  const parsed = JSON.parse(answer) as Packed[] | Record<string, Packed>
  const [packed] = Object.values(parsed)
  if (!packed) throw new Error(`npm pack printed no package: ${answer}`)
  return { ...packed, tarball: join(folder, packed.filename) }
}

/** Runs `npm install -g` with an empty prefix. Returns the path of `osa` in it. */
async function install(tarball: string, prefix: string, flags: string[]): Promise<string> {
  mkdirSync(prefix, { recursive: true })
  await npm(['install', '--global', '--prefix', prefix, '--prefer-offline', ...flags, tarball], prefix)
  return join(prefix, 'bin/osa')
}

/** Installs a version of Node.js from the npm package for this platform. */
async function fetchNode(version: string, folder: string): Promise<string> {
  const name = `node-${process.platform}-${process.arch}`
  const prefix = join(folder, `node-${version}`)
  mkdirSync(prefix)
  await npm(['install', '--prefix', prefix, '--prefer-offline', '--ignore-scripts', `${name}@${version}`], prefix)
  return join(prefix, 'node_modules', name, 'bin/node')
}

const textsBelow = (dir: string): { name: string; text: string }[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => ({ name, text: readFileSync(join(parentPath, name), 'utf8') }))

test('L02 the package contains the command, its licence and documents, and nothing of the machine that packed it', async () => {
  await using folder = await temporaryFolder()
  const { files, tarball, size, unpackedSize } = await pack(folder.path)
  const paths = files.map(({ path }) => path)
  console.info(
    `packed ${Math.round(size / 1024)} kB, unpacked ${Math.round(unpackedSize / 1024)} kB, ${paths.length} files`,
  )
  expect(paths).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'bin/osa.js', 'package.json']))
  const known =
    /^(LICENSE|README\.md|package\.json|bin\/(osa\.js|package\.json)|dist\/([\w-]+\.[cm]?js|man\/osa(-\w+)?\.1)|template\/.+)$/
  expect(paths.filter((path) => !known.test(path))).toEqual([])
  const template = readdirSync(join(repository, 'apps/cli/template'), { recursive: true, withFileTypes: true })
  expect(paths.filter((path) => path.startsWith('template/'))).toHaveLength(
    template.filter((entry) => entry.isFile()).length,
  )
  expect(paths.some((path) => /^dist\/main\.[cm]?js$/.test(path))).toBe(true)

  await run('tar', ['-xzf', tarball, '-C', folder.path])
  const unpacked = join(folder.path, 'package')
  const { scripts = {} } = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8')) as { scripts?: object }
  expect(Object.keys(scripts).filter((name) => /install|prepare|pack|publish/.test(name))).toEqual([])
  for (const { name, text } of textsBelow(unpacked)) {
    expect(text.includes(repository) || text.includes(`${homedir()}/`), name).toBe(false)
    expect(text, name).not.toMatch(
      /sourceMappingURL=|-----BEGIN [A-Z ]*PRIVATE KEY-----|\beyJ[\w-]{20,}\.[\w-]{20,}\.|npm_[A-Za-z0-9]{36}/,
    )
  }
})

const otherNodes = ['20.19.0', '22.23.3', '26.10.0']

test('the packed command logs in and out on each Node.js, without install scripts or a keychain library', async () => {
  await using folder = await temporaryFolder()
  const { tarball } = await pack(folder.path)
  await using node = await startNode({ OSA_DATA_DIR: join(folder.path, 'data') })
  const lean = await install(tarball, join(folder.path, 'lean'), ['--ignore-scripts', '--omit=optional'])
  const plain = await install(tarball, join(folder.path, 'plain'), [])
  const manual = await run('man', ['-M', join(folder.path, 'plain/share/man'), '-P', 'cat', 'osa-login'])
  expect(manual.stdout).toMatch(/^OSA-LOGIN\(1\)[\s\S]*Sign in to an archive/)
  const runtimes = [
    process.execPath,
    ...(await Promise.all(otherNodes.map((version) => fetchNode(version, folder.path)))),
  ]
  for (const [index, runtime] of runtimes.entries()) {
    const { stdout: version } = await run(runtime, ['--version'])
    for (const bin of [lean, plain]) {
      const options = { home: join(folder.path, `home-${index}`), node: runtime, bin }
      await logIn(node.url, options)
      const whoami = await runOsa(['whoami'], { ...options, env: { OSA_SERVER: node.url } })
      expect(whoami, version).toMatchObject({ code: 0, stdout: expect.stringContaining('Josiah Carberry') })
      expect(await runOsa(['logout', node.url], options), version).toMatchObject({ code: 0 })
      expect(await runOsa(['whoami', '--server', node.url], options), version).not.toMatchObject({ code: 0 })
    }
    console.info(`logged in and out on Node.js ${version.trim()}`)
  }
})
