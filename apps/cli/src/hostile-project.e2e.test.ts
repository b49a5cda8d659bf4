/** Folders from other people: cloned, unpacked or shared. */
import { execFileSync } from 'node:child_process'
import { chmod, chown, lstat, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fakeOsaServer } from '@osa/sdk/testing'
import { expect, test } from 'vitest'
import { makeSandbox } from './testing/run-osa.ts'
import { seedCredentials, seedLink } from './testing/seed.ts'

const isRoot = process.getuid?.() === 0
const nobody = 65_534

test('K26 only `server` is read from the link file, which is named as the source before it is used', async () => {
  await using node = await fakeOsaServer({ approveAtPoll: 1 })
  await using evil = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await seedCredentials(sandbox, { [node.url]: node.issue({ expired: true }) })
  node.revokeFamily()
  await seedLink(sandbox, {
    server: node.url,
    token: 'at_evil',
    OSA_SERVER: evil.url,
    OSA_TOKEN: 'at_evil',
    config_dir: join(sandbox.project, 'evil'),
    allow_http: true,
    proxy: evil.url,
    browser: 'touch pwned',
    storage: 'nowhere',
    verification_uri: evil.url,
  })
  const { code, stderr } = await sandbox.call(['login'])
  expect(code).toBe(0)
  expect(stderr).toMatch(new RegExp(`^ {3}Signing in to ${node.url} \\(from \\.osa/config\\.json\\)\n`))
  expect(evil.requests).toEqual([])
  expect(node.requests.every(({ headers }) => !headers.authorization?.includes('evil'))).toBe(true)
  expect(Object.keys(await sandbox.readCredentials())).toEqual([node.url])
  expect(execFileSync('ls', ['-A', sandbox.project], { encoding: 'utf8' })).toBe('.osa\n')
})

test('K27 a link file that is a symbolic link is neither read nor written through', async () => {
  await using sandbox = await makeSandbox()
  const victim = join(sandbox.home, 'precious.json')
  await writeFile(victim, '{"server": "https://archive.example", "mine": true}')
  await mkdir(join(sandbox.project, '.osa'))
  await symlink(victim, sandbox.linkFile)
  for (const args of [['whoami'], ['unlink'], ['link', 'https://archive.example', '--no-verify']]) {
    const { code, stderr } = await sandbox.call(args)
    expect(code).toBe(9)
    expect(stderr).toContain(` ✗ ${sandbox.linkFile} is a symbolic link\n`)
  }
  const forced = await sandbox.call(['link', 'https://archive.example', '--no-verify', '--force'])
  expect(forced.code).toBe(0)
  expect((await lstat(sandbox.linkFile)).isFile()).toBe(true)
  expect(await readFile(victim, 'utf8')).toContain('"mine": true')
})

test('K27 neither is a .osa folder that is a symbolic link', async () => {
  await using sandbox = await makeSandbox()
  const victim = join(sandbox.home, '.config')
  await mkdir(victim)
  await symlink(victim, join(sandbox.project, '.osa'))
  const { code } = await sandbox.call(['link', 'https://archive.example', '--no-verify'])
  expect(code).toBe(9)
  expect((await sandbox.call(['unlink'])).code).toBe(9)
  expect(execFileSync('ls', ['-A', victim], { encoding: 'utf8' })).toBe('')
})

test('K27 a pipe in place of the link file does not hang any command', async () => {
  await using sandbox = await makeSandbox()
  await mkdir(join(sandbox.project, '.osa'))
  execFileSync('mkfifo', [sandbox.linkFile])
  for (const command of ['whoami', 'status', 'unlink', 'logout']) {
    expect((await sandbox.call([command])).code).toBe(9)
  }
})

test('K05 K27 the content of a link file and the name of a folder cannot move the cursor', async () => {
  await using sandbox = await makeSandbox()
  await seedLink(sandbox, '{"server": "https://\\u001b[2Jevil.example"}')
  const { code, stderr } = await sandbox.call(['whoami'])
  expect(code).toBe(9)
  expect(stderr).not.toContain('\u001b')
  const named = join(sandbox.home, 'a\u001b[31mfolder')
  await mkdir(named)
  expect((await sandbox.call(['whoami'], { cwd: named })).stderr).not.toContain('\u001b')
})

test.each([
  [
    'above the root of a repository',
    (sandbox: { project: string }) => join(sandbox.project, 'repository', 'sub'),
    true,
  ],
  ['in the home folder, from a project in it', (sandbox: { home: string }) => join(sandbox.home, 'elsewhere'), false],
] as const)('K28 a link %s is not found', async (_, folderOf, isRepository) => {
  await using sandbox = await makeSandbox()
  const cwd = folderOf(sandbox)
  await mkdir(cwd, { recursive: true })
  const linked = isRepository ? sandbox.project : sandbox.home
  if (isRepository) await mkdir(join(sandbox.project, 'repository', '.git'))
  await mkdir(join(linked, '.osa'))
  await writeFile(join(linked, '.osa', 'config.json'), '{"server": "https://archive.example"}')
  expect(await sandbox.call(['whoami'], { cwd })).toMatchObject({ code: 3 })
  const { stderr } = await sandbox.call(['whoami'], { cwd: linked })
  expect(stderr).toContain('Not logged in to https://archive.example (from .osa/config.json)')
})

test('K28 a link in a parent folder that everybody can write to is ignored, with a warning', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await seedLink(sandbox, { server: node.url })
  await seedCredentials(sandbox, { [node.url]: node.issue(), 'https://other.example': { access_token: 'a' } })
  await chmod(sandbox.project, 0o777)
  const cwd = join(sandbox.project, 'sub')
  await mkdir(cwd)
  const { code, stderr } = await sandbox.call(['whoami'], { cwd })
  expect(code).toBe(3)
  expect(stderr).toContain(` ⚠ Ignoring ${sandbox.linkFile}: others can write to it\n`)
  expect(node.requests).toEqual([])
})

test.runIf(isRoot)('K28 so is a link file that belongs to another user', async () => {
  await using sandbox = await makeSandbox()
  await seedLink(sandbox, { server: 'https://archive.example' })
  await chown(sandbox.linkFile, nobody, nobody)
  const cwd = join(sandbox.project, 'sub')
  await mkdir(cwd)
  const { code, stderr } = await sandbox.call(['whoami'], { cwd })
  expect(code).toBe(3)
  expect(stderr).toContain(` ⚠ Ignoring ${sandbox.linkFile}: it belongs to another user\n`)
})

test('K29 no configuration file of any tool is loaded from the current folder', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const put = async (name: string, text: string): Promise<void> => {
    await mkdir(join(sandbox.project, name, '..'), { recursive: true })
    await writeFile(join(sandbox.project, name), text)
  }
  const steal = `require('node:fs').writeFileSync(${JSON.stringify(join(sandbox.home, 'pwned'))}, process.argv[1])`
  const env = `OSA_SERVER=${node.url}\nOSA_TOKEN=at_x\nHTTPS_PROXY=${node.url}\nNODE_OPTIONS=--require ./evil.cjs\nNODE_TLS_REJECT_UNAUTHORIZED=0\n`
  for (const name of ['.env', '.env.local', '.env.production']) await put(name, env)
  await put('.npmrc', `proxy=${node.url}\nhttps-proxy=${node.url}\nnode-options=--require ./evil.cjs\n`)
  await put('bunfig.toml', 'preload = ["./evil.cjs"]\n')
  await put('evil.cjs', steal)
  await put('node_modules/.hooks/preinstall', steal)
  for (const name of ['keytar', 'jiti', 'undici', 'uqr', 'zod', '@napi-rs/keyring']) {
    await put(`node_modules/${name}/index.js`, steal)
    await put(`node_modules/${name}/package.json`, '{"main": "index.js"}')
  }
  await put(
    'package.json',
    '{"type": "module", "imports": {"#osa": "./evil.cjs"}, "osa": {"server": "https://evil.example"}}',
  )
  await put('node.config.json', '{"nodeOptions": {"import": ["./evil.cjs"]}}')
  await put('osa.config.ts', steal)
  for (const args of [
    ['whoami'],
    ['status'],
    ['whoami', '--server', 'https://nobody.invalid'],
    ['login', node.url, '--qr'],
  ]) {
    if (args[0] === 'login') node.deny()
    await sandbox.run(args)
  }
  expect(
    node.requests.map(({ path }) => path).filter((path) => !/^\/(\.well-known\/osa|trpc\/device\.)/.test(path)),
  ).toEqual([])
  await expect(lstat(join(sandbox.home, 'pwned'))).rejects.toThrow('ENOENT')
  expect((await sandbox.run(['whoami'])).code).toBe(3)
})
