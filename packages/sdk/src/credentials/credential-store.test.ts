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
  test('K18 files and folders are usable by their owner even with a umask of 0777', async () => {
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

  test('K18 look returns no secrets, however they are printed, and detects whether the login has changed', async () => {
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

  test('a reader always sees the old login or the new one, never none', async () => {
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
      await nextTurn() // reads are synchronous, so the writes need a turn of the event loop
    }
    await writes
    expect(seen).not.toContain('none')
  })

  test('K20 logins of other servers survive, even when saved at the same time', async () => {
    await using home = await setUp()
    await Promise.all([...'abcdefgh'].map((name) => home.save(`https://${name}.example`, credential(name))))
    expect(await home.store.list()).toHaveLength(8)
  })

  test('K20 unknown keys and entries are kept', async () => {
    const foreign = { note: ['kept'], 'ftp://x': 1 }
    await using home = await setUp(
      `${JSON.stringify({ ...foreign, [a]: { access_token: 'old', refresh_token: 'r', extra: true } }, null, 2)}\n`,
    )
    await home.save(a, credential('Ada'))
    const after = JSON.parse(await readFile(home.path, 'utf8'))
    expect(after).toMatchObject({ ...foreign, [a]: { access_token: 'at-Ada', extra: true } })
  })

  test('an equivalent spelling of the server is reused, so that a session is never saved twice', async () => {
    await using home = await setUp('{"https://A.example:443/": {"access_token": "old", "refresh_token": "r"}}')
    expect((await home.store.read(a))?.accessToken).toBe('old')
    await home.save(a, credential('Ada'))
    expect(Object.keys(JSON.parse(await readFile(home.path, 'utf8')))).toEqual(['https://A.example:443/'])
  })

  test('K22 a folder that cannot be written to is detected before anything is sent', async () => {
    await using home = await setUp()
    await writeFile(home.dir, 'a file where the folder should be')
    await expect(home.store.reserve(a)).rejects.toMatchObject({ code: 'store_unwritable' })
  })

  test('K18 half-written files of killed processes are removed', async () => {
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
  test('the file of the original osa is readable', async () => {
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

  test('a login of the original local archive counts as one that cannot be renewed', async () => {
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

  test('K20 invalid UTF-8 is reported, not replaced', async () => {
    await using home = await setUp('{}')
    await writeFile(home.path, Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))
    await expect(home.store.list()).rejects.toMatchObject({ code: 'malformed_credentials' })
  })

  test('setAsideUnreadable renames a broken file and keeps it', async () => {
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
  ])('K20 the broken entry %j affects only its own server', async (entry) => {
    await using home = await setUp(JSON.stringify({ [a]: entry, [b]: { access_token: 'at-b', refresh_token: 'rt-b' } }))
    await expect(home.store.read(a)).rejects.toMatchObject({ code: 'malformed_credentials', server: a })
    expect((await home.store.read(b))?.accessToken).toBe('at-b')
  })

  test('K21 an entry under __proto__ is not a login and does not affect look-ups', async () => {
    const text =
      '{\n  "__proto__": {\n    "access_token": "evil"\n  },\n  "constructor": {\n    "access_token": "evil"\n  }\n}\n'
    await using home = await setUp(text)
    expect(await home.store.list()).toEqual([])
    expect(await home.store.read(a)).toBeNull()
    await home.save(a, credential('Ada'))
    expect(await readFile(home.path, 'utf8')).toContain('"__proto__": {\n    "access_token": "evil"')
    expect(({} as { access_token?: string }).access_token).toBeUndefined()
  })

  test('two spellings of a server are listed as one login, the one that is used', async () => {
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

describe('other users', () => {
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

  test('K19 nothing is created in a folder of another user', async () => {
    if (process.getuid?.() !== 0) return expect(process.getuid?.()).toBeGreaterThan(0) // only root can give a folder to another user
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

  test('K19 nothing is created in a folder that everyone can write to, unless it is sticky', async () => {
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

  test('K22 a home that is not a folder, such as /dev/null, is named as that, and its mode is nothing to change', async () => {
    await using home = await setUp('{}', 0o666)
    const reserved = openCredentialStore({ dir: join(home.path, '.config', 'osa'), clock: systemClock }).reserve(a)
    await expect(reserved).rejects.toMatchObject({
      code: 'store_unwritable',
      message: `${home.path} is not a folder`,
      hint: 'Set OSA_CONFIG_DIR to a folder of your own',
    })
  })

  test('K19 a folder of locks that others can write to is refused', async () => {
    await using home = await setUp('{}')
    await mkdir(join(home.dir, 'locks'))
    await chmod(join(home.dir, 'locks'), 0o777)
    await expect(home.store.lockRefresh(a, { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'store_unwritable',
      message: `${join(home.dir, 'locks')} can be written by others (mode 777)`,
    })
  })

  test('K19 a file of another user is refused, with the command that fixes it', async () => {
    await using home = await setUp('{}')
    if (process.getuid?.() === 0) await chown(home.path, 12_345, 12_345)
    else {
      // only root can give a file to another user, so this uses one that root owns
      await rm(home.path)
      await symlink('/etc/hosts', home.path)
    }
    await expect(home.store.list()).rejects.toMatchObject({
      code: 'store_unwritable',
      hint: expect.stringContaining('sudo chown'),
    })
  })

  test('K19 files and folders that sudo left behind are reported, with the command that fixes it', async () => {
    if (process.getuid?.() !== 0) return expect(process.getuid?.()).toBeGreaterThan(0) // only root can create them
    await using home = await setUp('{}')
    const read = `const { openCredentialStore } = await import(${JSON.stringify(new URL('./credential-store.ts', import.meta.url).href)})
      const store = openCredentialStore({ dir: process.argv[1], clock: { now: Date.now } })
      const wait = { timeoutMs: 100 }
      for (const work of [() => store.list(), () => store.lockRefresh('https://a.example', wait)])
        await work().catch(({ code, message, hint }) => console.log(JSON.stringify({ code, message, hint })))`
    const asUser = () => {
      const options = { uid: 12_345, gid: 12_345, encoding: 'utf8' as const }
      const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', read, home.dir], options)
      return stdout.trim().split('\n')
    }
    // first a file of root in the user's folder, then that folder too
    await chmod(dirname(home.dir), 0o755)
    await chown(home.dir, 12_345, 12_345)
    const ofRoot = (hint: string) => expect.stringMatching(new RegExp(`belongs to root.*${hint}`))
    expect(asUser()[0]).toEqual(ofRoot(`sudo chown [^-].*${home.path}`))
    await mkdir(join(home.dir, 'locks'), { mode: 0o700, recursive: true })
    await chown(join(home.dir, 'locks'), 0, 0)
    expect(asUser()[1]).toEqual(ofRoot(`sudo chown -R .*${join(home.dir, 'locks')}`))
    await chown(home.dir, 0, 0)
    for (const refused of asUser()) expect(refused).toEqual(ofRoot(`sudo chown -R .*${home.dir}`))
  })

  test('K19 K18 a link into a folder that others can write to is refused, a link into a private folder is not', async () => {
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
  test('removing one login leaves the others byte for byte', async () => {
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
