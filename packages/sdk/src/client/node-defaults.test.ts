import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createOsaClient } from '../index.node.ts'
import { type FakeOsaServer, fakeOsaServer, makeTemporaryDir, type TemporaryDir } from '../testing/index.ts'

let folder: TemporaryDir
let node: FakeOsaServer

beforeEach(async () => {
  folder = await makeTemporaryDir()
  node = await fakeOsaServer()
  for (const name of Object.keys(process.env)) if (/^(OSA_|XDG_)/.test(name)) vi.stubEnv(name, undefined)
  vi.stubEnv('HOME', join(folder.path, 'home'))
  vi.spyOn(process, 'cwd').mockReturnValue(folder.path)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await node[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

async function link(server: string): Promise<void> {
  await mkdir(join(folder.path, '.osa'), { recursive: true })
  await writeFile(join(folder.path, '.osa/config.json'), JSON.stringify({ server }))
}
async function saveLogin(entry: object): Promise<void> {
  const dir = join(folder.path, 'home/.config/osa')
  await mkdir(dir, { recursive: true, mode: 0o700 })
  await writeFile(join(dir, 'credentials.json'), JSON.stringify({ [node.url]: entry }), { mode: 0o600 })
}
const jwt = (iss: string): string =>
  ['{"alg":"none"}', JSON.stringify({ iss }), 'x'].map((part) => Buffer.from(part).toString('base64url')).join('.')

test('without options, the link of the folder and the saved login are used', async () => {
  await link(node.url)
  await saveLogin(node.issue({ expired: true }))
  expect(await createOsaClient().me.query()).toMatchObject({ id: 'u1' })
  expect(node.calls.refresh).toBe(1)
})

test('in a folder that has been removed, OSA_SERVER still works, and without it the error says so', async () => {
  vi.mocked(process.cwd).mockImplementation(() => {
    throw Object.assign(new Error('ENOENT: process.cwd failed'), { code: 'ENOENT' })
  })
  await saveLogin(node.issue())
  const message = 'The folder that this program runs in no longer exists'
  await expect(createOsaClient().me.query()).rejects.toMatchObject({ code: 'no_server', message })
  vi.stubEnv('OSA_SERVER', node.url)
  expect(await createOsaClient().me.query()).toMatchObject({ id: 'u1' })
})

test('without a link calls fail with no_server, and the same client works once the folder is linked', async () => {
  const osa = createOsaClient()
  await expect(osa.me.query()).rejects.toMatchObject({ code: 'no_server' })
  await link(node.url)
  await saveLogin(node.issue())
  expect(await osa.$server()).toBe(node.url)
})

test('OSA_SERVER takes precedence over the link, and OSA_TOKEN is sent to it', async () => {
  await link('https://other.example')
  vi.stubEnv('OSA_SERVER', node.url)
  vi.stubEnv('OSA_TOKEN', node.issue().access_token)
  expect(await createOsaClient().me.query()).toMatchObject({ id: 'u1' })
})

test('K25 OSA_TOKEN is not sent to a server that only the link names, unless that server issued it', async () => {
  await link(node.url)
  vi.stubEnv('OSA_TOKEN', node.issue().access_token)
  await expect(createOsaClient().me.query()).rejects.toMatchObject({ code: 'token_wrong_server' })
  vi.stubEnv('OSA_TOKEN', jwt('https://elsewhere.example'))
  await expect(createOsaClient().me.query()).rejects.toMatchObject({ code: 'token_wrong_server' })
  expect(node.requests).toEqual([])
  vi.stubEnv('OSA_TOKEN', jwt(node.url))
  await expect(createOsaClient().me.query()).rejects.toMatchObject({ code: 'token_rejected' })
  expect(node.calls.trpc).toBe(1)
})

test("K25 a program's own token is not sent to a server that only the link names, but to one that the program names", async () => {
  await link(node.url)
  const token = node.issue().access_token
  for (const auth of [token, { getToken: () => token }]) {
    await expect(createOsaClient({ auth }).me.query()).rejects.toMatchObject({ code: 'token_wrong_server' })
    expect(node.requests).toEqual([])
  }
  expect(await createOsaClient({ auth: token, server: node.url }).me.query()).toMatchObject({ id: 'u1' })
})

test('K25 OSA_TOKEN stays with the server of OSA_SERVER when the program names another', async () => {
  vi.stubEnv('OSA_SERVER', 'https://other.example')
  vi.stubEnv('OSA_TOKEN', node.issue().access_token)
  await expect(createOsaClient({ server: node.url }).me.query()).rejects.toMatchObject({ code: 'token_wrong_server' })
  vi.stubEnv('OSA_SERVER', undefined)
  expect(await createOsaClient({ server: node.url }).me.query()).toMatchObject({ id: 'u1' })
})

test('K25 without a login, a server that only the link names is not contacted at all', async () => {
  await link(node.url)
  await expect(createOsaClient().server.info.query()).rejects.toMatchObject({ code: 'not_authenticated' })
  expect(node.requests).toEqual([])
})

test('a token with a line break is token_malformed, and the error does not repeat it', async () => {
  vi.stubEnv('OSA_SERVER', node.url)
  vi.stubEnv('OSA_TOKEN', 'canary\ntoken')
  const error = await createOsaClient()
    .me.query()
    .catch((failure: unknown) => failure)
  expect(error).toMatchObject({ code: 'token_malformed' })
  expect(String(error)).not.toContain('canary')
  expect(node.requests).toEqual([])
})
