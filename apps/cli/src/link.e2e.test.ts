import { mkdir, readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fakeOsaServer } from '@osa/sdk/testing'
import { expect, test } from 'vitest'
import { makeSandbox } from './testing/run-osa.ts'
import { seedLink } from './testing/seed.ts'

const s1 = 'https://archive.example.org'

test('link writes one key and says what to do next', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const { code, stdout, stderr } = await sandbox.call(['link', node.url])
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  expect(stderr).toBe(
    ` ✓ Linked ${sandbox.project} to ${node.url}\n` +
      '   Wrote .osa/config.json (no secrets in it; safe to commit)\n' +
      ` → You are not logged in there yet: osa login ${node.url}\n`,
  )
  expect(await readFile(sandbox.linkFile, 'utf8')).toBe(`{\n  "server": "${node.url}"\n}\n`)
})

test('the same link again changes nothing', async () => {
  await using sandbox = await makeSandbox()
  const before = await seedLink(sandbox, { server: s1 })
  const { code, stderr } = await sandbox.call(['link', s1])
  expect({ code, stderr }).toEqual({ code: 0, stderr: ` ✓ Already linked to ${s1} (.osa/config.json)\n` })
  expect(await readFile(sandbox.linkFile, 'utf8')).toBe(before)
})

test('without a terminal an existing link is replaced only with --force, which keeps other keys', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const before = await seedLink(sandbox, { other: 1, server: s1 })
  const refused = await sandbox.call(['link', node.url])
  expect(refused.code).toBe(3)
  expect(refused.stderr).toBe(
    ` ✗ ${sandbox.project} is already linked to ${s1}\n → To change it: osa link ${node.url} --force\n`,
  )
  expect(await readFile(sandbox.linkFile, 'utf8')).toBe(before)
  const forced = await sandbox.call(['link', node.url, '--force', '--json'])
  expect(JSON.parse(forced.stdout)).toMatchObject({
    ok: true,
    server: { url: node.url, name: 'Fake archive' },
    path: sandbox.linkFile,
    previous: s1,
    verified: true,
  })
  expect(JSON.parse(await readFile(sandbox.linkFile, 'utf8'))).toEqual({ other: 1, server: node.url })
})

test('on a terminal a person confirms the change', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await seedLink(sandbox, { server: s1 })
  const answers = { [`Link it to ${node.url} instead? [y/N]`]: 'y\r' }
  const { code, screen } = await sandbox.runOnTerminal(['link', node.url], { answers })
  expect(code).toBe(0)
  expect(screen).toContain(` ✓ Linked ${sandbox.project} to ${node.url} (was ${s1})`)
})

test('a link in a parent folder is mentioned', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await seedLink(sandbox, { server: s1 })
  const cwd = join(sandbox.project, 'sub')
  await mkdir(cwd)
  const { stderr } = await sandbox.call(['link', node.url], { cwd })
  expect(stderr).toContain(`   Note: ${sandbox.linkFile} links the parent folder to ${s1}; this folder will differ\n`)
  expect(stderr).toContain(` ✓ Linked ${cwd} to ${node.url}\n`)
})

test('a site that is not an archive is not linked', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const body = '{"detail":"Not Found"}'
  node.dictate('document', [{ status: 404, headers: { 'content-type': 'application/json' }, body }], { always: true })
  const { code, stderr } = await sandbox.call(['link', node.url])
  expect(code).toBe(8)
  expect(stderr).toBe(
    ` ✗ No archive at ${node.url}\n` +
      '   GET /.well-known/osa → 404 application/json\n' +
      " → Check the address with your archive's administrator\n",
  )
  expect(await readdir(sandbox.project)).toEqual([])
})

test('for the address of a page, the archive of that page is suggested', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const page = `${node.url}/records/123`
  const { code, stderr } = await sandbox.call(['link', page])
  expect(code).toBe(8)
  expect(stderr).toBe(` ✗ No archive at ${page}\n → There is one at ${node.url} – run: osa link ${node.url}\n`)
  const answers = { [`Use ${node.url} instead? [Y/n]`]: '\r' }
  expect((await sandbox.runOnTerminal(['link', page], { answers })).code).toBe(0)
})

test('also if the site answers every other address with a web page', async () => {
  const site = createServer(({ url }, response) => {
    const root = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
    if (url !== '/.well-known/osa') return response.setHeader('content-type', 'text/html').end('<title>Records</title>')
    const document = JSON.stringify({ name: 'Archive', version: '1', issuer: root })
    return response.setHeader('content-type', 'application/json').end(document)
  })
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', done))
  await using sandbox = await makeSandbox()
  const root = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
  const { code, stderr } = await sandbox.call(['link', `${root}/records/123`])
  site.close()
  expect(code).toBe(8)
  expect(stderr).toContain(` → There is one at ${root} – run: osa link ${root}\n`)
})

test('K30 a server whose document names another address is not linked', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const document = { name: 'x', version: '1', issuer: s1, refresh_reuse_grace_seconds: 30 }
  node.dictate('document', [
    { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(document) },
  ])
  const { code, stderr } = await sandbox.call(['link', node.url])
  expect(code).toBe(8)
  expect(stderr).toContain(`${node.url} calls itself ${s1}`)
})

test('a broken link file is reported with the line and column, and kept as a copy when it is replaced', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await seedLink(sandbox, '{\n  "server": }')
  const { code, stderr } = await sandbox.call(['whoami'])
  expect(code).toBe(9)
  expect(stderr).toBe(
    ` ✗ ${sandbox.linkFile} is not valid JSON (line 2, column 13: unexpected "}")\n` +
      ' → Fix it, or run: osa link <url> --force   (keeps a copy)\n',
  )
  const forced = await sandbox.call(['link', node.url, '--force'])
  expect(forced.stderr).toMatch(/ {3}The old file was kept as \.osa\/config\.json\.bak-\d{8}T\d{6}Z\n/)
})

test('unlink removes the link', async () => {
  await using sandbox = await makeSandbox()
  await seedLink(sandbox, { server: s1, other: 1 })
  const { stderr } = await sandbox.call(['unlink'])
  expect(stderr).toBe(` ✓ Unlinked ${sandbox.project} (was ${s1})\n`)
  expect(JSON.parse(await readFile(sandbox.linkFile, 'utf8'))).toEqual({ other: 1 })
})

test('after unlink a login links the folder again, and a subfolder uses the link of its parent', async () => {
  await using node = await fakeOsaServer({ approveAtPoll: 1, intervalSeconds: 1 })
  await using sandbox = await makeSandbox()
  await seedLink(sandbox, { server: s1 })
  const below = join(sandbox.project, 'below')
  await mkdir(below)
  await sandbox.call(['link', 'https://other.example', '--no-verify'], { cwd: below })
  await sandbox.call(['unlink'], { cwd: below })
  const status = await sandbox.call(['status', '--offline', '--json'], { cwd: below })
  expect(JSON.parse(status.stdout)).toMatchObject({ link: { url: s1, path: sandbox.linkFile } })
  await sandbox.call(['unlink'])
  expect((await sandbox.call(['unlink'])).stderr).toBe(`   ${sandbox.project} is not linked; nothing to do\n`)
  const { stderr } = await sandbox.call(['login', '--server', node.url])
  expect(stderr).toContain(` ✓ Linked ${sandbox.project} to ${node.url}\n`)
})

test('a link file without `server` counts as no link, and a login adds the key', async () => {
  await using node = await fakeOsaServer({ approveAtPoll: 1, intervalSeconds: 1 })
  await using sandbox = await makeSandbox()
  await seedLink(sandbox, { other: 1 })
  const { stderr } = await sandbox.call(['login', '--server', node.url])
  expect(stderr).toContain(` ✓ Linked ${sandbox.project} to ${node.url}\n`)
  expect(JSON.parse(await readFile(sandbox.linkFile, 'utf8'))).toEqual({ other: 1, server: node.url })
})

test('unlink --server removes only a link to that server', async () => {
  await using sandbox = await makeSandbox()
  await seedLink(sandbox, { server: s1 })
  const { code, stderr } = await sandbox.call(['unlink', '--server', 'https://other.example'])
  expect({ code, stderr }).toEqual({
    code: 3,
    stderr: ` ✗ ${sandbox.project} is linked to ${s1}, not to https://other.example\n → To remove that link: osa unlink\n`,
  })
  expect(JSON.parse(await readFile(sandbox.linkFile, 'utf8'))).toEqual({ server: s1 })
  expect((await sandbox.call(['unlink', '--server', `${s1}/`])).stderr).toContain(` ✓ Unlinked ${sandbox.project}`)
})
