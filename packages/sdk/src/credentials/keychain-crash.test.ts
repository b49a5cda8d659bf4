/** Moves logins between file and keychain, killed at each step, with a real keyring and real processes. */
import { spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { systemClock } from '../clock.ts'
import type { StorageTarget } from '../keychain/choose-storage.ts'
import type { KeychainBinding } from '../keychain/keychain.ts'
import { openSystemKeychain } from '../keychain/system-keychain.ts'
import { type KeyringSession, startKeyringSession } from '../testing/index.ts'
import type { KilledSave } from '../testing/killed-save.ts'
import { openCredentialStore } from './credential-store.ts'
import type { Credential } from './credentials-file.ts'

const server = 'https://a.example'
const program = fileURLToPath(new URL('../testing/killed-save.ts', import.meta.url))

const credential = (name: string): Credential => ({
  ...{ accessToken: `at-${name}`, refreshToken: `rt-${name}`, expiresAt: 2e9, obtainedAt: 1.9e9, user: null },
})
const file: StorageTarget = { kind: 'file' }
const inKeychain = (binding: KeychainBinding): StorageTarget => ({ kind: 'keychain', binding })

const save = (session: KeyringSession, plan: KilledSave): Promise<NodeJS.Signals | null> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, JSON.stringify(plan)], { env: session.env, stdio: 'ignore' })
    child.on('error', reject).on('close', (_code, signal) => resolve(signal))
  })

function openStore(session: KeyringSession, dir: string) {
  const keychain = openSystemKeychain({ env: session.env, platform: 'linux' })
  return openCredentialStore({ dir, clock: systemClock, env: session.env, keychain })
}

/** Returns the content of all files below a folder. The keyring's own file is encrypted. */
async function textBelow(folder: string): Promise<string> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = found.filter((one) => one.isFile()).map((one) => readFile(join(one.parentPath, one.name), 'latin1'))
  return (await Promise.all(files)).join('\n')
}

const moments: [KilledSave['killed'], StorageTarget['kind'], string][] = [
  ['before setPassword', 'keychain', 'at-old'],
  ['after setPassword', 'keychain', 'at-old'],
  ['before getPassword', 'keychain', 'at-old'],
  ['after getPassword', 'keychain', 'at-old'],
  ['before deletePassword', 'file', 'at-new'],
  ['after deletePassword', 'file', 'at-new'],
]

test.each(moments)(
  'K23 K35 a process killed %s while moving a login to the %s leaves a working login, and the next save cleans up',
  async (killed, to, expected) => {
    await using session = await startKeyringSession()
    const dir = join(session.home, '.config', 'osa')
    const start = { dir, server, credential: credential('old'), killed: 'none' as const }
    expect(await save(session, { ...start, target: to === 'file' ? inKeychain('keyring') : file })).toBeNull()

    const target = to === 'file' ? file : inKeychain('keyring')
    expect(await save(session, { ...start, credential: credential('new'), target, killed })).toBe('SIGKILL')
    expect((await openStore(session, dir).read(server))?.accessToken).toBe(expected)

    await (await openStore(session, dir).reserve(server, file)).commit(credential('last'))
    expect((await openStore(session, dir).read(server))?.accessToken).toBe('at-last')
    const keychain = openSystemKeychain({ env: session.env, platform: 'linux' })
    for (const binding of ['keyring', 'keytar'] as const) {
      expect(await keychain.getPassword({ service: 'osa-cli', account: server, binding })).toEqual({ value: null })
    }
  },
)

test.each(['after setPassword', 'before getPassword', 'after getPassword'] as const)(
  'K35 a renewal killed %s has already saved the new tokens, and the next command uses them',
  async (killed) => {
    await using session = await startKeyringSession()
    const dir = join(session.home, '.config', 'osa')
    const plan = { dir, server, target: inKeychain('keyring') }
    await save(session, { ...plan, credential: credential('old'), killed: 'none' })
    expect(await save(session, { ...plan, credential: credential('new'), killed })).toBe('SIGKILL')
    expect((await openStore(session, dir).read(server))?.refreshToken).toBe('rt-new')
  },
)

test.each(['keytar', 'keyring'] as const)(
  'K23 with the login in a real keyring (%s), no file below the home folder contains a token',
  async (binding) => {
    await using session = await startKeyringSession()
    const dir = join(session.home, '.config', 'osa')
    const store = openStore(session, dir)
    await (await store.reserve(server, file)).commit(credential('secret'))
    expect(await textBelow(session.home)).toContain('rt-secret')
    await (await store.reserve(server, inKeychain(binding))).commit(credential('secret'))
    expect(await textBelow(session.home)).not.toMatch(/[ar]t-secret/)
    expect(await openStore(session, dir).read(server)).toEqual(credential('secret'))
    expect(await openStore(session, dir).remove(server)).toBe(true)
    expect(await openStore(session, dir).read(server)).toBeNull()
  },
)

test('K23 a locked keyring is store_locked, not a missing item', async () => {
  await using session = await startKeyringSession()
  const dir = join(session.home, '.config', 'osa')
  await (await openStore(session, dir).reserve(server, inKeychain('keytar'))).commit(credential('kept'))
  await session.lock()
  await expect(openStore(session, dir).read(server)).rejects.toMatchObject({ code: 'store_locked' })
  await expect(openStore(session, dir).remove(server)).rejects.toMatchObject({ code: 'store_locked' })
  await expect(openStore(session, dir).reserve(server)).rejects.toMatchObject({ code: 'store_locked' })
  expect(await openStore(session, dir).list()).toHaveLength(1)
})
