import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../clock.ts'
import type { StorageTarget } from '../keychain/choose-storage.ts'
import type { KeychainBinding } from '../keychain/keychain.ts'
import {
  createMemoryKeychain,
  type MemoryKeychain,
  type MemoryKeychainOptions,
  makeTemporaryDir,
} from '../testing/index.ts'
import { openCredentialStore } from './credential-store.ts'
import type { Credential } from './credentials-file.ts'

const a = 'https://a.example'
const credential = (name: string, more: Partial<Credential> = {}): Credential => ({
  accessToken: `at-${name}`,
  refreshToken: `rt-${name}`,
  expiresAt: 2_000_000_000,
  obtainedAt: 1_900_000_000,
  user: { display_name: name, external_id: '0000-0002-1825-0097' },
  ...more,
})
const file: StorageTarget = { kind: 'file' }
const into = (binding: KeychainBinding): StorageTarget => ({ kind: 'keychain', binding })

async function setUp(options: { keychain?: MemoryKeychainOptions; folder?: string } = {}) {
  const temporary = await makeTemporaryDir()
  const dir = join(temporary.path, options.folder ?? 'elsewhere')
  const path = join(dir, 'credentials.json')
  const keychain: MemoryKeychain = createMemoryKeychain(options.keychain)
  const warnings: string[] = []
  const env = { HOME: temporary.path }
  /** Opens the store as a new process would. */
  const open = () =>
    openCredentialStore({ dir, env, keychain, clock: systemClock, warn: (text) => warnings.push(text) })
  const save = async (one: Credential, target?: StorageTarget) => (await open().reserve(a, target)).commit(one)
  const seed = async (entry: object) => {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    await writeFile(path, JSON.stringify({ [a]: entry }), { mode: 0o600 })
  }
  const entryNow = () => JSON.parse(readFileSync(path, 'utf8'))[a]
  const marks = async () => (await readdir(join(dir, 'keychain-items')).catch(() => [])).length
  const onDisk = async () => {
    const names = await readdir(temporary.path, { recursive: true, withFileTypes: true })
    const files = names.filter((one) => one.isFile()).map((one) => readFile(join(one.parentPath, one.name), 'utf8'))
    return (await Promise.all(files)).join('\n')
  }
  return {
    ...{ dir, path, keychain, warnings, open, save, seed, entryNow, marks, onDisk },
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  }
}

describe('a login in the keychain', () => {
  test('K23 the file has a pointer, the keychain has the secrets, and they are nowhere else', async () => {
    await using home = await setUp()
    await home.save(credential('Ada'), into('keytar'))
    expect(home.entryNow()).toEqual({
      storage: 'keychain',
      keychain: 'keytar',
      expires_at: 2_000_000_000,
      obtained_at: 1_900_000_000,
      user: { display_name: 'Ada', external_id: '0000-0002-1825-0097' },
    })
    expect(await home.onDisk()).not.toMatch(/[ar]t-Ada/)
    expect(JSON.parse([...home.keychain.items.values()][0] ?? '')).toEqual({
      ...{ v: 1, server: a, access_token: 'at-Ada', refresh_token: 'rt-Ada' },
      ...{ expires_at: 2_000_000_000, obtained_at: 1_900_000_000 },
    })
    expect(await home.open().read(a)).toEqual(credential('Ada'))
    expect(await home.open().list()).toMatchObject([{ server: a, storage: 'keychain', isRenewable: true }])
  })

  test('the account is the server, with a suffix for other config directories than the default', async () => {
    await using usual = await setUp({ folder: '.config/osa' })
    await usual.save(credential('Ada'), into('keyring'))
    expect([...usual.keychain.items.keys()]).toEqual([`keyring osa-cli ${a}`])
    await using other = await setUp()
    await other.save(credential('Ada'), into('keyring'))
    const hash = createHash('sha256').update(other.dir).digest('hex').slice(0, 8)
    expect([...other.keychain.items.keys()]).toEqual([`keyring osa-cli ${a}#${hash}`])
  })

  test('K24 if two servers share an item, neither gets the token of the other', async () => {
    await using home = await setUp()
    const [upper, lower] = [`${a}/A`, `${a}/a`]
    for (const server of [upper, lower]) {
      await (await home.open().reserve(server, into('keyring'))).commit(credential(server.slice(-1)))
    }
    const [first = '', second = ''] = [...home.keychain.items.keys()]
    home.keychain.items.set(first, home.keychain.items.get(second) ?? '')
    await expect(home.open().read(upper)).rejects.toMatchObject({ code: 'not_authenticated', server: upper })
    expect((await home.open().read(lower))?.accessToken).toBe('at-a')
  })

  test('an old item without a server is readable', async () => {
    await using home = await setUp()
    await home.save(credential('Ada'), into('keyring'))
    for (const [key, item] of home.keychain.items) {
      const { server: _, ...older } = JSON.parse(item)
      home.keychain.items.set(key, JSON.stringify(older))
    }
    expect((await home.open().read(a))?.accessToken).toBe('at-Ada')
  })

  test('K23 each write is read back before it counts', async () => {
    await using home = await setUp()
    await home.save(credential('Ada'), into('keyring'))
    expect(home.keychain.calls).toEqual(['set', 'get'])
  })

  test('a process reads a login once, and again only after its entry in the index has changed', async () => {
    await using home = await setUp()
    await home.save(credential('Ada'), into('keyring'))
    home.keychain.calls.length = 0
    const store = home.open()
    await store.read(a)
    await store.read(a)
    expect(home.keychain.calls).toEqual(['get'])
    await home.save(credential('later', { expiresAt: 2_000_000_900 }))
    expect((await store.read(a))?.accessToken).toBe('at-later')
  })

  test('listing logins, and reading that of another server, do not open the keychain', async () => {
    await using home = await setUp()
    await home.save(credential('Ada'), into('keyring'))
    home.keychain.calls.length = 0
    await home.open().list()
    await home.open().read('https://b.example')
    expect(home.keychain.calls).toEqual([])
  })

  test('a login is saved again where it was, after a probe', async () => {
    await using home = await setUp({ keychain: { binding: 'keyring' } })
    await home.save(credential('Ada'), into('keytar'))
    home.keychain.calls.length = 0
    await home.save(credential('renewed'))
    expect(home.keychain.calls).toEqual(['probe', 'set', 'get'])
    expect(home.entryNow()).toMatchObject({ keychain: 'keytar' })
    expect((await home.open().read(a))?.refreshToken).toBe('rt-renewed')
  })

  test('unknown keys of an entry survive', async () => {
    await using home = await setUp()
    await home.seed({ access_token: 'old', note: 'kept' })
    await home.save(credential('Ada'), into('keyring'))
    expect(home.entryNow()).toMatchObject({ note: 'kept', storage: 'keychain' })
    expect(home.entryNow()).not.toHaveProperty('access_token')
  })
})

const unusable = [
  [{ kind: 'locked', reason: 'it is locked, and nobody unlocked it' }, 'store_locked'],
  [{ kind: 'silent', reason: 'the Secret Service did not answer' }, 'store_unavailable'],
  [{ kind: 'absent', reason: 'keytar is not installed or does not load here' }, 'store_unavailable'],
] as const

describe('a keychain that does not open', () => {
  test.each(unusable)('K23 if reading fails (%j), the error says where the login is', async (failure, code) => {
    await using home = await setUp()
    await home.save(credential('Ada'), into('keyring'))
    home.keychain.fail('get', failure)
    await expect(home.open().read(a)).rejects.toMatchObject({
      code,
      message: `Your login for ${a} is in the Memory keychain, which this session can't open`,
      details: [expect.stringMatching(new RegExp(failure.reason.slice(1)))],
      hint: expect.stringMatching(
        code === 'store_locked'
          ? /^Unlock it and try again\. Over SSH: osa login \S+ --storage file\. In scripts: OSA_TOKEN$/
          : /^Try again, or sign in to a file: osa login \S+ --storage file\. In scripts: OSA_TOKEN$/,
      ),
    })
  })

  test.each(unusable)(
    'K23 a failed probe (%j) fails the reservation and leaves no files behind',
    async (failure, code) => {
      await using home = await setUp()
      await home.save(credential('Ada'), into('keyring'))
      home.keychain.fail('probe', failure)
      await expect(home.open().reserve(a)).rejects.toMatchObject({ code })
      expect((await readdir(home.dir)).filter((name) => name.endsWith('.tmp'))).toEqual([])
    },
  )

  test.each(unusable)('K23 if writing fails (%j), the secret is saved nowhere', async (failure, code) => {
    await using home = await setUp()
    home.keychain.fail('set', failure)
    await expect(home.save(credential('Ada'), into('keyring'))).rejects.toMatchObject({ code })
    expect(await home.onDisk()).not.toMatch(/[ar]t-Ada/)
    expect(await home.open().list()).toEqual([])
  })

  test.each([
    ['drops it', () => ''],
    ['cuts it off', (secret: string) => secret.slice(0, 40)],
    ['garbles it', (secret: string) => secret.replaceAll('a', 'b')],
  ])('K23 a write that claims success and %s does not count', async (_name, change) => {
    await using home = await setUp()
    await home.seed({ access_token: 'at-old', refresh_token: 'rt-old' })
    home.keychain.corrupt(change)
    await expect(home.save(credential('Ada'), into('keyring'))).rejects.toMatchObject({
      code: 'store_unavailable',
      message: `The login for ${a} can't be saved in the Memory keychain: it does not return what was saved`,
    })
    expect((await home.open().read(a))?.accessToken).toBe('at-old')
  })

  test('K23 a keychain that accepts a secret but cannot be read is a failure too', async () => {
    await using home = await setUp()
    home.keychain.fail('get', unusable[0][0])
    await expect(home.save(credential('Ada'), into('keyring'))).rejects.toMatchObject({ code: 'store_locked' })
    expect(await home.open().list()).toEqual([])
  })

  test.each(['', 'no json', '[]', '{"v":2,"access_token":"at"}', '{"v":1}', '{"v":1,"access_token":"a\\nb"}'])(
    'K23 the item %j is reported as unreadable, for this server only',
    async (item) => {
      await using home = await setUp()
      await home.save(credential('Ada'), into('keyring'))
      for (const key of home.keychain.items.keys()) home.keychain.items.set(key, item)
      await expect(home.open().read(a)).rejects.toMatchObject({
        code: 'malformed_credentials',
        server: a,
        message: `The login for ${a} in the Memory keychain can't be read`,
      })
    },
  )

  test('K23 a missing item (a new computer, a restored home folder) is not_authenticated', async () => {
    await using home = await setUp()
    await home.save(credential('Ada'), into('keyring'))
    home.keychain.items.clear()
    await expect(home.open().read(a)).rejects.toMatchObject({
      code: 'not_authenticated',
      message: `The login for ${a} is not in this computer's keychain`,
      hint: `Run osa login ${a}`,
    })
  })
})

describe('moving a login', () => {
  const working = async (home: Awaited<ReturnType<typeof setUp>>) => (await home.open().read(a))?.accessToken

  test('K23 file to keychain: the entry changes only after the item was written and read back', async () => {
    await using home = await setUp()
    await home.save(credential('old'), file)
    const seen: unknown[] = []
    home.keychain.before = (verb) => void seen.push([verb, home.entryNow().access_token])
    await home.save(credential('new'), into('keyring'))
    expect(seen).toEqual([
      ['set', 'at-old'],
      ['get', 'at-old'],
    ])
    expect(await working(home)).toBe('at-new')
    expect(await home.onDisk()).not.toMatch(/[ar]t-(old|new)/)
  })

  test('K23 keychain to file: the old item is deleted last', async () => {
    await using home = await setUp()
    await home.save(credential('old'), into('keyring'))
    const seen: unknown[] = []
    home.keychain.before = (verb) => void seen.push([verb, home.entryNow().access_token])
    await home.save(credential('new'), file)
    expect(seen).toEqual([['delete', 'at-new']])
    expect([await working(home), home.keychain.items.size, await home.marks()]).toEqual(['at-new', 0, 0])
  })

  test('K23 if the old item cannot be deleted, there is a warning, and a later save deletes it', async () => {
    await using home = await setUp()
    await home.save(credential('old'), into('keyring'))
    home.keychain.lock()
    await home.save(credential('new'), file)
    expect(home.warnings).toEqual([
      `The old login for ${a} could not be removed from the Memory keychain; osa will try again later`,
    ])
    expect([await working(home), home.keychain.items.size]).toEqual(['at-new', 1])
    home.keychain.unlock()
    await home.save(credential('newer'))
    expect([await working(home), home.keychain.items.size, await home.marks()]).toEqual(['at-newer', 0, 0])
  })

  test('after a login by the original osa, its entry is used, and the next save deletes the stale item', async () => {
    await using home = await setUp()
    await home.save(credential('ours'), into('keyring'))
    await home.seed({ access_token: 'at-theirs', refresh_token: 'rt-theirs', storage: 'keychain', keychain: 'keyring' })
    home.keychain.calls.length = 0
    expect(await working(home)).toBe('at-theirs')
    expect(home.keychain.calls).toEqual([])
    await home.save(credential('renewed'))
    expect(home.entryNow()).toMatchObject({ access_token: 'at-renewed' })
    expect([home.keychain.items.size, await home.marks()]).toEqual([0, 0])
  })

  test('a login that never had an item never opens the keychain', async () => {
    await using home = await setUp()
    await home.save(credential('Ada'), file)
    await home.save(credential('renewed'))
    await home.open().remove(a)
    expect(home.keychain.calls).toEqual([])
  })

  test('when the binding changes, the old item is deleted unless both bindings share it', async () => {
    await using home = await setUp()
    await home.save(credential('old'), into('keytar'))
    await home.save(credential('new'), into('keyring'))
    expect([...home.keychain.items.keys()]).toEqual([expect.stringMatching(/^keyring /)])
    await using mac = await setUp({ keychain: { sharesItems: true } })
    await mac.save(credential('old'), into('keytar'))
    await mac.save(credential('new'), into('keyring'))
    expect([await working(mac), mac.keychain.calls.includes('delete'), await mac.marks()]).toEqual(['at-new', false, 1])
  })
})

describe('the size limit of Windows', () => {
  const sized = (bytes: number): Credential => {
    const frame = JSON.stringify({
      v: 1,
      server: a,
      access_token: '',
      refresh_token: 'rt',
      expires_at: 2e9,
      obtained_at: 1.9e9,
    })
    return credential('', { refreshToken: 'rt', accessToken: 'x'.repeat(bytes - frame.length) })
  }

  test('K23 a login of 2400 bytes fits', async () => {
    await using home = await setUp({ keychain: { maxBytes: 2400 } })
    await home.save(sized(2400), into('keyring'))
    expect(home.entryNow()).toMatchObject({ storage: 'keychain' })
  })

  test('K23 a login with one byte more is saved in the file, with a warning', async () => {
    await using home = await setUp({ keychain: { maxBytes: 2400 } })
    await home.save(sized(2401), into('keyring'))
    expect(home.entryNow()).toHaveProperty('access_token')
    expect(home.warnings).toEqual([
      `The login for ${a} is too large for Memory keychain; it is kept in ${home.path} (only you can read it)`,
    ])
  })

  test('K23 if the keychain is required, a login with one byte more is refused', async () => {
    await using home = await setUp({ keychain: { maxBytes: 2400 } })
    await expect(
      home.save(sized(2401), { kind: 'keychain', binding: 'keyring', isRequired: true }),
    ).rejects.toMatchObject({
      code: 'store_unavailable',
    })
    expect(await home.open().list()).toEqual([])
  })

  test('a renewed login that has become too large moves to the file, and its item is deleted', async () => {
    await using home = await setUp({ keychain: { maxBytes: 2400 } })
    await home.save(sized(2000), into('keyring'))
    await home.save(sized(3000))
    expect([(await home.open().read(a))?.refreshToken, home.keychain.items.size]).toEqual(['rt', 0])
  })
})

describe('logging out', () => {
  test('the item and the pointer are removed', async () => {
    await using home = await setUp()
    await home.save(credential('Ada'), into('keyring'))
    expect(await home.open().remove(a)).toBe(true)
    expect([home.keychain.items.size, await home.marks(), await home.open().list()]).toEqual([0, 0, []])
  })

  test('K23 with a locked keychain, nothing is removed', async () => {
    await using home = await setUp()
    await home.save(credential('Ada'), into('keyring'))
    const before = await readFile(home.path, 'utf8')
    home.keychain.lock()
    await expect(home.open().remove(a)).rejects.toMatchObject({ code: 'store_locked' })
    expect(await readFile(home.path, 'utf8')).toBe(before)
    home.keychain.unlock()
    expect((await home.open().read(a))?.accessToken).toBe('at-Ada')
  })

  test('a pointer without an item is removed too', async () => {
    await using home = await setUp()
    await home.save(credential('Ada'), into('keyring'))
    home.keychain.items.clear()
    expect(await home.open().remove(a)).toBe(true)
  })
})
