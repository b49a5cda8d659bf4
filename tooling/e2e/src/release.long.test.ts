/**
 * A packed release: installed in an empty folder, and replacing the previous release on the data that it left in both kinds of database.
 */
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { cp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sampleManifest } from '@osa/contract/testing'
import { freePort } from '@osa/db/testing/free-port'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import cli from '../../../apps/cli/package.json' with { type: 'json' }
import server from '../../../apps/server/package.json' with { type: 'json' }
import sdk from '../../../packages/sdk/package.json' with { type: 'json' }
import {
  type Answer,
  arriveAtDecision,
  type Client,
  clientAt,
  decide,
  documentOf,
  errorOf,
  started,
} from './flow-operations.ts'
import { repository, startNode } from './node-process.ts'
import { npmEnvironment } from './npm-environment.ts'
import { runOsa } from './osa-process.ts'
import { followPage } from './page-commands.ts'
import { ageLogin, entryOf, logIn } from './stored-login.ts'
import { type Switch, startSwitch } from './switch.ts'
import { temporaryFolder } from './temporary-folder.ts'

const run = promisify(execFile)

interface Installed {
  /** The command line that starts the node. */
  readonly node: readonly string[]
  readonly osa: string
}

const installedIn = (into: string): Installed => {
  const bin = (name: string): string => join(into, 'node_modules/.bin', name)
  return { node: [bin('osa-server'), 'start'], osa: bin('osa') }
}

/** Installs the tarballs that match a pattern, in the folder that contains them. */
async function install(into: string, pattern: RegExp): Promise<void> {
  const tarballs = (await readdir(into)).filter((name) => pattern.test(name)).map((name) => `./${name}`)
  await run('npm', ['install', '--no-audit', '--no-fund', ...tarballs], { cwd: into, env: npmEnv })
}
const npmEnv = { ...npmEnvironment(), npm_config_prefer_offline: 'true' }

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let release: string
let previous: Installed
let current: Installed
/** The output of the page's commands, and the packages that they installed. */
let page: { printed: string; packages: string[] }
beforeAll(async () => {
  folder = await temporaryFolder()
  release = join(folder.path, 'release')
  const [old, young] = [join(folder.path, 'previous'), join(folder.path, 'current')]
  previous = installedIn(old)
  current = installedIn(young)
  const takePrevious = async () => {
    await cp(join(repository, 'tooling/e2e/previous-release'), old, { recursive: true })
    await install(old, /^osa-(cli|server)-.*\.tgz$/)
  }
  const takeCurrent = async () => {
    await run(process.execPath, [join(repository, 'tooling/lint/src/release.ts'), release])
    await cp(release, young, { recursive: true })
    const commands = followPage('operating/release.md', { cwd: young, env: npmEnv })
    const { stdout } = await commands.next('npm install')
    commands.done()
    const { packages } = JSON.parse(await readFile(join(young, 'node_modules/.package-lock.json'), 'utf8'))
    page = { printed: stdout, packages: Object.keys(packages).toSorted() }
    await install(young, /^osa-cli-.*\.tgz$/)
  }
  await Promise.all([takePrevious(), takeCurrent()])
})
afterAll(() => folder[Symbol.asyncDispose]())

const versions = { cli: cli.version, sdk: sdk.version, server: server.version }

test('L09 a release consists of tarballs, bills of materials and checksums, and the node can be installed as documented', async () => {
  const names = Object.entries(versions).flatMap(([name, version]) =>
    ['cdx.json', 'tgz'].map((kind) => `osa-${name}-${version}.${kind}`),
  )
  expect((await readdir(release)).toSorted()).toEqual(['SHA256SUMS', ...names])
  const tarballOf = (name: keyof typeof versions) => join(release, `osa-${name}-${versions[name]}.tgz`)
  const bills = new Map<string, { name: string; version: string }[]>()
  for (const name of ['cli', 'sdk', 'server'] as const) {
    const [tarball, version] = [tarballOf(name), versions[name]]
    const { stdout } = await run('tar', ['-xOzf', tarball, 'package/package.json'])
    const manifest = JSON.parse(stdout)
    expect(manifest).toMatchObject({ name: `@osa/${name}`, version, license: 'Apache-2.0' })
    expect([manifest.scripts, manifest.devDependencies, manifest.private]).toEqual([undefined, undefined, undefined])
    const { metadata, components } = JSON.parse(await readFile(tarball.replace(/tgz$/, 'cdx.json'), 'utf8'))
    const content = createHash('sha256')
      .update(await readFile(tarball))
      .digest('hex')
    expect(metadata.component).toMatchObject({ name: `@osa/${name}`, version, hashes: [{ alg: 'SHA-256', content }] })
    expect(components.length).toBeGreaterThan(1)
    bills.set(name, components)
  }
  // a tarball has the licence texts of the packages whose code it contains: those of its bill that are not installed or peers
  const installedBeside = {
    cli: /^(jiti|typescript|@(napi-rs|typescript)\/\S+) /,
    sdk: /^(?!@trpc\/client )/,
    server: /^@electric-sql\/pglite /,
  }
  for (const [name, beside] of Object.entries(installedBeside)) {
    const tarball = tarballOf(name as keyof typeof versions)
    const { stdout: licences } = await run('tar', ['-xOzf', tarball, 'package/THIRD-PARTY-LICENSES.txt'])
    const notices = licences.split(`\n\n${'-'.repeat(80)}\n\n`)
    expect(notices.filter((notice) => !/copyright|apache license/i.test(notice))).toEqual([])
    const bundled = notices.map((notice) => /^(\S+ \d\S*) \(\S+\)\n/.exec(notice)?.[1] ?? notice)
    const billed = (bills.get(name) ?? []).map((part) => `${part.name} ${part.version}`)
    expect(bundled.toSorted()).toEqual(billed.filter((part) => !beside.test(part)).toSorted())
  }
  expect(page.printed).toContain(`osa-server-${versions.server}.tgz: OK`)
  expect(page.printed).toContain('Usage: osa-server <command>')
  expect(page.packages).toEqual(['node_modules/@electric-sql/pglite', 'node_modules/@osa/server'])
})

test('L09 packing into a folder that is not empty is refused', async () => {
  const again = run(process.execPath, [join(repository, 'tooling/lint/src/release.ts'), release])
  await expect(again).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('empty or does not exist yet') })
})

test('the stored previous release is the one before the current version in the changelog, if there is one', async () => {
  const changes = await readFile(join(repository, 'apps/server/CHANGELOG.md'), 'utf8')
  const [first, before = first] = [...changes.matchAll(/^## (\S+)$/gm)].map(([, version]) => version)
  expect(first).toBe(versions.server)
  const kept = (await readdir(join(repository, 'tooling/e2e/previous-release'))).filter((name) => name.endsWith('.tgz'))
  expect(kept.toSorted()).toEqual([`osa-cli-${before}.tgz`, `osa-server-${before}.tgz`])
})

/** Logs in and deploys with the previous release. */
async function deployAtPrevious(gate: Switch, home: string): Promise<void> {
  await logIn(gate.url, { home, bin: previous.osa })
  const answer = await fetch(`${gate.url}/api/v1/conventions`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${entryOf(home, gate.url).access_token}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify(sampleManifest()),
  })
  expect(answer.status).toBe(201)
}

/** Expects that the commands of both releases can refresh the login at this release's node, and that the deployed convention exists. */
async function expectAllThere(gate: Switch, home: string): Promise<void> {
  for (const bin of [previous.osa, current.osa, previous.osa]) {
    ageLogin(home, gate.url)
    const before = entryOf(home, gate.url)
    const whoami = await runOsa(['whoami', '--server', gate.url], { home, bin })
    expect(whoami).toMatchObject({ code: 0, stdout: expect.stringContaining('Josiah Carberry') })
    expect(entryOf(home, gate.url).refresh_token).not.toBe(before.refresh_token)
  }
  const conventions = await (await fetch(`${gate.url}/api/v1/conventions/protein-structures`)).json()
  expect(conventions).toMatchObject({ description: sampleManifest().description, versions: [{ version: 1 }] })
}

/** Starts one of the releases behind `gate` and directs `gate` to it. */
async function startBehind(gate: Switch, release: Installed, settings: Record<string, string>) {
  const port = await freePort()
  const behind = { ...settings, OSA_PUBLIC_URL: gate.url, PORT: String(port) }
  const node = await startNode(behind, { program: release.node })
  gate.port = port
  return { node, port, [Symbol.asyncDispose]: () => node[Symbol.asyncDispose]() }
}

test('this release continues with the embedded database of the previous one: logins of both commands, and conventions', async () => {
  await using gate = await startSwitch()
  const settings = { OSA_DATA_DIR: join(folder.path, 'data') }
  const home = join(folder.path, 'home-embedded')
  const old = await startBehind(gate, previous, settings)
  await deployAtPrevious(gate, home)
  expect(await old.node.stop()).toBe(0)

  await using _node = await startBehind(gate, current, settings)
  await expectAllThere(gate, home)
})

/** Polls a pending code and refreshes a token continuously. Unexpected answers are recorded in `wrong`. */
function keepAsking(client: Client, deviceCode: string, token: string) {
  const seen = { rounds: 0, wrong: [] as string[] }
  let isOver = false
  let current = token
  const must = (holds: boolean, { status, text }: Answer): void => {
    if (!holds) seen.wrong.push(`${status} ${text}`)
  }
  async function ask(): Promise<void> {
    for (; !isOver; seen.rounds++) {
      const polled = await client.poll(deviceCode)
      must(['authorization_pending', 'slow_down'].includes(errorOf(polled)), polled)
      const refreshed = await client.refresh(current)
      must(refreshed.status === 200, refreshed)
      current = documentOf(refreshed).refresh_token ?? ''
    }
  }
  const asking = ask()
  return {
    async waitForRounds(): Promise<void> {
      const until = seen.rounds + 20
      await Promise.race([asking, expect.poll(() => seen.rounds).toBeGreaterThan(until)])
    },
    async stop(): Promise<string[]> {
      isOver = true
      await asking
      return seen.wrong
    },
  }
}

test('on PostgreSQL this release runs beside the previous one and replaces it: sign-ins work across both, no request fails, and all data remains', async () => {
  await using gate = await startSwitch()
  const settings = {
    DATABASE_URL: await createSharedDatabase({ migrated: false }),
    OSA_SECRET: randomBytes(32).toString('base64url'),
    OSA_DATA_DIR: join(folder.path, 'none'),
  }
  const home = join(folder.path, 'home-postgres')
  await using old = await startBehind(gate, previous, settings)
  await deployAtPrevious(gate, home)
  await using young = await startBehind(gate, current, settings)

  const client = clientAt(gate.url)
  const tokens: string[] = []
  for (const startAt of [old, young]) {
    for (const decideAt of [old, young]) {
      for (const pollAt of [old, young]) {
        gate.port = startAt.port
        const { deviceCode, userCode } = await started(client)
        gate.port = decideAt.port
        const decided = await decide(client, await arriveAtDecision(client, userCode), 'approve')
        expect(decided.status).toBe(200)
        gate.port = pollAt.port
        const answer = documentOf(await client.poll(deviceCode))
        expect(answer).toMatchObject({ token_type: 'Bearer' })
        for (const { port } of [old, young]) {
          const me = await fetch(`http://127.0.0.1:${port}/api/v1/auth/me`, {
            headers: { Authorization: `Bearer ${answer.access_token}` },
          })
          expect(me.status).toBe(200)
        }
        tokens.push(answer.refresh_token ?? '')
      }
    }
  }
  gate.port = old.port
  const terminals = keepAsking(client, (await started(client)).deviceCode, tokens.shift() ?? '')
  await terminals.waitForRounds()
  gate.port = young.port
  expect(await old.node.stop()).toBe(0)
  await terminals.waitForRounds()
  expect(await terminals.stop()).toEqual([])
  for (const token of tokens) expect((await client.refresh(token)).status).toBe(200)
  await expectAllThere(gate, home)

  // the previous command works with this node
  const late = { home: join(folder.path, 'home-late'), bin: previous.osa }
  await logIn(gate.url, late)
  const { code, stdout } = await runOsa(['sessions', '--server', gate.url, '--json'], late)
  expect([code, JSON.parse(stdout).ok]).toEqual([0, true])
  expect(await runOsa(['logout', gate.url], late)).toMatchObject({ code: 0 })
})
