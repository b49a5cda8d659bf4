import { execFileSync, spawnSync } from 'node:child_process'
import { chmod, chown, lstat, mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../clock.ts'
import { makeTemporaryDir } from '../testing/index.ts'
import { openCredentialStore } from './credential-store.ts'
import type { Credential } from './credentials-file.ts'

const a = 'https://a.example'
const b = 'https://b.example'
const credential = (name: string): Credential => ({
  accessToken: `at-${name}`,
  refreshToken: `rt-${name}`,
  expiresAt: 2_000_000_000,
  obtainedAt: 1_900_000_000,
  user: { display_name: name, external_id: '0000-0002-1825-0097' },
})

async function setUp(text?: string, mode = 0o600) {
  const temporary = await makeTemporaryDir()
  const dir = join(temporary.path, 'osa')
  const path = join(dir, 'credentials.json')
  if (text !== undefined) {
    await mkdir(dir, { mode: 0o700 })
    await writeFile(path, text)
    await chmod(path, mode)
  }
  const warnings: string[] = []
  const store = openCredentialStore({ dir, clock: systemClock, warn: (warning) => warnings.push(warning) })
  const save = async (server: string, one: Credential) => (await store.reserve(server)).commit(one)
  return { dir, path, store, save, warnings, [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose]() }
}

const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8)

describe('saving', () => {
  test('K18 a umask that takes everything away from its owner takes nothing from a login', async () => {
    await using home = await setUp()
    const parent = dirname(home.dir)
    const save = `const { openCredentialStore } = await import(${JSON.stringify(new URL('./credential-store.ts', import.meta.url).href)})
      process.umask(0o777)
      const store = openCredentialStore({ dir: process.argv[1], clock: { now: Date.now } })
      const credential = { accessToken: 'a', refreshToken: 'r', expiresAt: null, obtainedAt: null, user: null }
      await (await store.reserve('https://a.example')).commit(credential)
      const lock = await store.lockRefresh('https://a.example', { timeoutMs: 1000 })
      await lock.release()
      console.log((await store.read('https://a.example')).accessToken)`
    await chmod(parent, 0o777 | 0o1000)
    const dir = join(parent, 'config', 'osa')
    const as = process.getuid?.() === 0 ? { uid: 12_345, gid: 12_345 } : {} // root may write anywhere
    const options = { ...as, encoding: 'utf8' as const }
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', save, dir], options)
    expect({ stdout, stderr }).toEqual({ stdout: 'a\n', stderr: '' })
    const made = [dirname(dir), dir, join(dir, 'locks'), join(dir, 'credentials.json')]
    expect(await Promise.all(made.map(modeOf))).toEqual(['700', '700', '700', '600'])
  })

  test('K18 the file is 0600 in a 0700 folder, whatever the umask', async () => {
    await using home = await setUp()
    const umask = process.umask(0)
    try {
      await home.save(a, credential('Ada'))
    } finally {
      process.umask(umask)
    }
    expect([await modeOf(home.path), await modeOf(home.dir)]).toEqual(['600', '700'])
    expect(JSON.parse(await readFile(home.path, 'utf8'))).toEqual({
      [a]: {
        access_token: 'at-Ada',
        refresh_token: 'rt-Ada',
        expires_at: 2_000_000_000,
        obtained_at: 1_900_000_000,
        user: { display_name: 'Ada', external_id: '0000-0002-1825-0097' },
      },
    })
    expect(await readdir(home.dir)).toEqual(['credentials.json', 'locks'])
  })

  test('K18 a look at a login holds no secret, however it is printed, and tells whether the login has changed', async () => {
    await using home = await setUp()
    await home.save(a, credential('Ada'))
    const seen = await home.store.look(a)
    expect(seen.login).toMatchObject({ server: a, storage: 'file' })
    expect(inspect(seen, { depth: null, showHidden: true }) + JSON.stringify(seen)).not.toMatch(/[ar]t-Ada/)
    const entries = async () => JSON.parse(await readFile(home.path, 'utf8'))
    expect(seen.isStillIn(await entries())).toBe(true)
    await home.save(a, credential('Eve'))
    expect(seen.isStillIn(await entries())).toBe(false)
  })

  test('K18 a symbolic link stays one, and the file it points to is replaced', async () => {
    await using home = await setUp()
    await using dotfiles = await makeTemporaryDir()
    const real = join(dotfiles.path, 'credentials.json')
    await writeFile(real, '{}\n', { mode: 0o600 })
    await mkdir(home.dir, { mode: 0o700 })
    await symlink(real, home.path)
    await home.save(a, credential('Ada'))
    expect((await lstat(home.path)).isSymbolicLink()).toBe(true)
    expect(await readFile(real, 'utf8')).toContain('at-Ada')
  })

  test('somebody reading all the while sees the old login or the new one, never none', async () => {
    await using home = await setUp()
    await home.save(a, credential('0'))
    const seen = new Set<string>()
    const writes = (async () => {
      for (let round = 1; round <= 30; round++) await home.save(a, credential(String(round)))
    })()
    let isWriting = true
    void writes.finally(() => {
      isWriting = false
    })
    while (isWriting) {
      seen.add((await home.store.read(a))?.accessToken ?? 'none')
      await nextTurn() // reading a file waits for nothing, and the writes need their turn
    }
    await writes
    expect(seen).not.toContain('none')
  })

  test('K20 logins of other servers survive, also when saved at the same time', async () => {
    await using home = await setUp()
    await Promise.all([...'abcdefgh'].map((name) => home.save(`https://${name}.example`, credential(name))))
    expect(await home.store.list()).toHaveLength(8)
  })

  test('K20 keys and entries that are not ours stay byte for byte', async () => {
    const foreign = { note: ['kept'], 'ftp://x': 1 }
    await using home = await setUp(
      `${JSON.stringify({ ...foreign, [a]: { access_token: 'old', refresh_token: 'r', extra: true } }, null, 2)}\n`,
    )
    await home.save(a, credential('Ada'))
    const after = JSON.parse(await readFile(home.path, 'utf8'))
    expect(after).toMatchObject({ ...foreign, [a]: { access_token: 'at-Ada', extra: true } })
  })

  test('an equivalent spelling of the server is reused, so that a family is never kept twice', async () => {
    await using home = await setUp('{"https://A.example:443/": {"access_token": "old", "refresh_token": "r"}}')
    expect((await home.store.read(a))?.accessToken).toBe('old')
    await home.save(a, credential('Ada'))
    expect(Object.keys(JSON.parse(await readFile(home.path, 'utf8')))).toEqual(['https://A.example:443/'])
  })

  test('K22 a folder that cannot be written to is found out before anything is sent', async () => {
    await using home = await setUp()
    await writeFile(home.dir, 'a file where the folder should be')
    await expect(home.store.reserve(a)).rejects.toMatchObject({ code: 'store_unwritable' })
  })

  test('K18 what a killed process left half-written is cleaned up', async () => {
    await using home = await setUp('{}')
    const leftover = join(home.dir, '.credentials.json.1.abc.tmp')
    await writeFile(leftover, 'at-secret', { mode: 0o600 })
    const longAgo = new Date(Date.now() - 600_000)
    await utimes(leftover, longAgo, longAgo)
    await home.save(a, credential('Ada'))
    expect(await readdir(home.dir)).not.toContain('.credentials.json.1.abc.tmp')
  })
})

describe('reading', () => {
  test('the file of the original osa is read as it is', async () => {
    await using home = await setUp(`{\n  "${a}": {\n    "access_token": "at",\n    "refresh_token": "rt"\n  }\n}`)
    expect(await home.store.read(a)).toEqual({
      accessToken: 'at',
      refreshToken: 'rt',
      expiresAt: null,
      obtainedAt: null,
      user: null,
    })
    expect(await home.store.read(b)).toBeNull()
  })

  test('a login of the original local archive cannot be renewed, and is not tried', async () => {
    await using home = await setUp(`{"${a}": {"access_token": "at", "refresh_token": "dev-no-refresh"}}`)
    expect((await home.store.read(a))?.refreshToken).toBeNull()
  })

  test.each([
    ['{\n  "x": {\n', 'is not valid JSON (line 3, column 1: unexpected end of file)'],
    ['[]', 'is not a JSON object of archives'],
    ['null', 'is not a JSON object of archives'],
    ['', 'is not valid JSON (line 1, column 1: unexpected end of file)'],
  ])('K20 the broken file %j is reported and left alone', async (text, why) => {
    await using home = await setUp(text)
    await expect(home.store.read(a)).rejects.toMatchObject({
      code: 'malformed_credentials',
      message: `${home.path} ${why}`,
    })
    await expect(home.store.reserve(a)).rejects.toMatchObject({ code: 'malformed_credentials' })
    await expect(home.store.remove(a)).rejects.toMatchObject({ code: 'malformed_credentials' })
    expect(await readFile(home.path, 'utf8')).toBe(text)
  })

  test('K20 bytes that are no UTF-8 are reported, not replaced', async () => {
    await using home = await setUp('{}')
    await writeFile(home.path, Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))
    await expect(home.store.list()).rejects.toMatchObject({ code: 'malformed_credentials' })
  })

  test('a broken file is moved aside for a new login, and kept', async () => {
    await using home = await setUp('{ broken')
    const aside = await home.store.setAsideUnreadable()
    expect(aside).toMatch(/credentials\.json\.corrupt-\d{8}T\d{6}Z$/)
    expect(await readFile(aside ?? '', 'utf8')).toBe('{ broken')
    expect(await home.store.setAsideUnreadable()).toBeNull()
  })

  test.each([
    { access_token: 7 },
    { access_token: 'a\nb' },
    { access_token: 'at', refresh_token: 7 },
    { refresh_token: 'rt' },
    'at',
    null,
  ])('K20 the broken entry %j concerns its own server only', async (entry) => {
    await using home = await setUp(JSON.stringify({ [a]: entry, [b]: { access_token: 'at-b', refresh_token: 'rt-b' } }))
    await expect(home.store.read(a)).rejects.toMatchObject({ code: 'malformed_credentials', server: a })
    expect((await home.store.read(b))?.accessToken).toBe('at-b')
  })

  test('K21 an entry under __proto__ is nobody’s login and harms no look-up', async () => {
    const text =
      '{\n  "__proto__": {\n    "access_token": "evil"\n  },\n  "constructor": {\n    "access_token": "evil"\n  }\n}\n'
    await using home = await setUp(text)
    expect(await home.store.list()).toEqual([])
    expect(await home.store.read(a)).toBeNull()
    await home.save(a, credential('Ada'))
    expect(await readFile(home.path, 'utf8')).toContain('"__proto__": {\n    "access_token": "evil"')
    expect(({} as { access_token?: string }).access_token).toBeUndefined()
  })

  test('a server that stands there in two spellings is one login: the one that is used', async () => {
    const entry = (token: string) => ({ access_token: token, expires_at: 2e9 })
    await using home = await setUp(JSON.stringify({ 'https://A.example/': entry('other'), [a]: entry('used') }))
    expect(await home.store.list()).toMatchObject([{ server: a }])
    expect(await home.store.read(a)).toMatchObject({ accessToken: 'used' })
  })

  test('K24 a look-alike, another port and another scheme get nothing', async () => {
    await using home = await setUp()
    await home.save(a, credential('Ada'))
    for (const other of [
      'https://a.example:8443',
      'http://a.example',
      'https://a.example.evil',
      'https://a.example/x',
      'https://xa.example',
    ]) {
      expect(await home.store.read(other)).toBeNull()
    }
  })
})

describe('other people', () => {
  test.each([0o640, 0o644, 0o604])('K19 mode %i is tightened with a warning', async (mode) => {
    await using home = await setUp('{}', mode)
    await home.store.list()
    expect(await modeOf(home.path)).toBe('600')
    expect(home.warnings).toEqual([`${home.path} was readable by others (mode ${mode.toString(8)}); fixed to 600`])
  })

  test.each([0o660, 0o666, 0o602])('K19 a file others can write to (mode %i) is refused', async (mode) => {
    await using home = await setUp('{}', mode)
    await expect(home.store.list()).rejects.toMatchObject({ code: 'store_unwritable' })
  })

  test('K19 a folder others can write to is refused', async () => {
    await using home = await setUp('{}')
    await chmod(home.dir, 0o777)
    await expect(home.store.list()).rejects.toMatchObject({ code: 'store_unwritable' })
  })

  test('K19 nothing is made in a folder of another user, before or after it is refused', async () => {
    if (process.getuid?.() !== 0) return expect(process.getuid?.()).toBeGreaterThan(0) // nobody but root can give a folder away
    await using home = await setUp()
    const theirs = join(dirname(home.dir), 'theirs')
    await mkdir(theirs)
    await chown(theirs, 12_345, 12_345)
    await symlink(theirs, home.dir)
    const wait = { timeoutMs: 100 }
    for (const work of [() => home.store.reserve(a), () => home.store.lockRefresh(a, wait)]) {
      await expect(work()).rejects.toMatchObject({
        code: 'store_unwritable',
        message: `${home.dir} belongs to user 12345`,
      })
      expect(await readdir(theirs)).toEqual([])
    }
  })

  test('K19 nor in one that everybody may write to', async () => {
    await using home = await setUp()
    const open = join(dirname(home.dir), 'open')
    await mkdir(open)
    await chmod(open, 0o777)
    const save = (dir: string) => openCredentialStore({ dir, clock: systemClock }).reserve(a)
    await expect(save(join(open, 'config', 'osa'))).rejects.toMatchObject({
      code: 'store_unwritable',
      message: `${open} can be written by everybody (mode 777)`,
    })
    expect(await readdir(open)).toEqual([])
    await chmod(open, 0o1777)
    await (await save(join(open, 'osa'))).abandon()
    expect(await readdir(open)).toEqual(['osa'])
  })

  test('K19 a folder of locks that others may write to is refused', async () => {
    await using home = await setUp('{}')
    await mkdir(join(home.dir, 'locks'))
    await chmod(join(home.dir, 'locks'), 0o777)
    await expect(home.store.lockRefresh(a, { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'store_unwritable',
      message: `${join(home.dir, 'locks')} can be written by others (mode 777)`,
    })
  })

  test('K19 a file of another user is refused, with the line that fixes it', async () => {
    await using home = await setUp('{}')
    if (process.getuid?.() === 0) await chown(home.path, 12_345, 12_345)
    else {
      // Nobody but root can give a file away: one that root owns does as well.
      await rm(home.path)
      await symlink('/etc/hosts', home.path)
    }
    await expect(home.store.list()).rejects.toMatchObject({
      code: 'store_unwritable',
      hint: expect.stringContaining('sudo chown'),
    })
  })

  test('K19 what sudo has left is told by its owner, with the line that fixes it', async () => {
    if (process.getuid?.() !== 0) return expect(process.getuid?.()).toBeGreaterThan(0) // nobody but root can leave it
    await using home = await setUp('{}')
    const read = `const { openCredentialStore } = await import(${JSON.stringify(new URL('./credential-store.ts', import.meta.url).href)})
      const store = openCredentialStore({ dir: process.argv[1], clock: { now: Date.now } })
      const wait = { timeoutMs: 100 }
      for (const work of [() => store.list(), () => store.lockRefresh('https://a.example', wait)])
        await work().catch(({ code, message, hint }) => console.log(JSON.stringify({ code, message, hint })))`
    const asSomebody = () => {
      const options = { uid: 12_345, gid: 12_345, encoding: 'utf8' as const }
      const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', read, home.dir], options)
      return stdout.trim().split('\n')
    }
    // a file of root's in my folder; then the folder too
    await chmod(dirname(home.dir), 0o755)
    await chown(home.dir, 12_345, 12_345)
    const mine = (hint: string) => expect.stringMatching(new RegExp(`belongs to root.*${hint}`))
    expect(asSomebody()[0]).toEqual(mine(`sudo chown [^-].*${home.path}`))
    await mkdir(join(home.dir, 'locks'), { mode: 0o700, recursive: true })
    await chown(join(home.dir, 'locks'), 0, 0)
    expect(asSomebody()[1]).toEqual(mine(`sudo chown -R .*${join(home.dir, 'locks')}`))
    await chown(home.dir, 0, 0)
    for (const refused of asSomebody()) expect(refused).toEqual(mine(`sudo chown -R .*${home.dir}`))
  })

  test('K19 K18 a link into a folder that others may write to is refused, one into a folder of mine is not', async () => {
    await using home = await setUp()
    const elsewhere = join(dirname(home.dir), 'dotfiles')
    await mkdir(home.dir, { mode: 0o700 })
    await mkdir(elsewhere, { mode: 0o700 })
    await writeFile(join(elsewhere, 'osa.json'), '{}', { mode: 0o600 })
    await symlink(join(elsewhere, 'osa.json'), home.path)
    expect(await home.store.list()).toEqual([])
    await chmod(elsewhere, 0o777)
    await expect(home.store.list()).rejects.toMatchObject({ code: 'store_unwritable' })
  })

  test('K19 a pipe, a folder and an endless device are refused without hanging', async () => {
    await using home = await setUp()
    await mkdir(home.dir, { mode: 0o700 })
    execFileSync('mkfifo', [home.path])
    await expect(home.store.list()).rejects.toMatchObject({ code: 'store_unwritable' })
    await using other = await setUp()
    await mkdir(other.path, { recursive: true, mode: 0o700 })
    await expect(other.store.list()).rejects.toMatchObject({ code: 'store_unwritable' })
    await using third = await setUp()
    await mkdir(third.dir, { mode: 0o700 })
    await symlink('/dev/zero', third.path)
    await expect(third.store.list()).rejects.toMatchObject({ code: 'store_unwritable' })
  })
})

describe('removing', () => {
  test('logging out of one server leaves the other byte for byte', async () => {
    await using home = await setUp()
    await home.save(b, credential('Grace'))
    const onlyB = await readFile(home.path, 'utf8')
    await home.save(a, credential('Ada'))
    expect(await home.store.remove(a)).toBe(true)
    expect(await readFile(home.path, 'utf8')).toBe(onlyB)
    expect(await home.store.remove(a)).toBe(false)
  })

  test('all spellings of a server are removed', async () => {
    await using home = await setUp(
      '{"https://A.example/": {"access_token": "x"}, "https://a.example": {"access_token": "y"}}',
    )
    await home.store.remove(a)
    expect(JSON.parse(await readFile(home.path, 'utf8'))).toEqual({})
  })
})
