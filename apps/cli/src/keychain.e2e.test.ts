/** Logins in a real keyring: each test runs the built `osa` with a private D-Bus and gnome-keyring. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { openCredentialStore, systemClock } from '@osa/sdk/internal'
import { fakeOsaServer, type KeyringSession, startKeyringSession, startSilentBus } from '@osa/sdk/testing'
import { describe, expect, test } from 'vitest'
import { findOutside } from './testing/outside-container.ts'
import { installOsa } from './testing/packed-osa.ts'
import { makeSandbox, type Sandbox } from './testing/run-osa.ts'
import { seedCredentials } from './testing/seed.ts'

/** The variables of the session's bus, without its home folder. */
const on = ({ env }: KeyringSession) => ({
  DBUS_SESSION_BUS_ADDRESS: env.DBUS_SESSION_BUS_ADDRESS,
  XDG_RUNTIME_DIR: env.XDG_RUNTIME_DIR,
})

async function textBelow(folder: string): Promise<string> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = found.filter((one) => one.isFile()).map((one) => readFile(join(one.parentPath, one.name), 'latin1'))
  return (await Promise.all(files)).join('\n')
}

async function loggedIn(sandbox: Sandbox, session: KeyringSession, url: string) {
  const run = await sandbox.run(['login', url, '--storage', 'keychain'], { env: on(session) })
  expect(run, run.stderr).toMatchObject({ code: 0 })
}

describe('a login in the keyring', () => {
  test.each([
    ['this checkout, where keytar is installed', 'keytar'],
    ['an installed package without keytar', 'keyring'],
  ])('K23 %s: login, use, refresh and logout work, and no token is ever on the disk', async (_name, binding) => {
    await using session = await startKeyringSession()
    await using node = await fakeOsaServer({ approveAtPoll: 1 })
    await using packed = await installOsa()
    await using sandbox = await makeSandbox(binding === 'keyring' ? { program: packed.program } : {})
    const env = on(session)
    const login = await sandbox.run(['login', node.url, '--storage', 'keychain'], { env })
    expect(login, login.stderr).toMatchObject({ code: 0, stdout: '' })
    expect(login.stderr).toContain('   Credentials will be saved in the Secret Service keyring\n')
    expect((await sandbox.readCredentials())[node.url]).toMatchObject({ storage: 'keychain', keychain: binding })
    const seen = async () => `${await textBelow(sandbox.home)}${await textBelow(session.home)}`
    expect(await seen()).not.toMatch(/[ar]t_/)

    const { screen } = await sandbox.runOnTerminal(['whoami'], { env })
    expect(screen).toContain(' · roles: admin · Secret Service keyring')
    node.expireAccess()
    const renewed = await sandbox.run(['whoami', '-v'], { env })
    expect(renewed).toMatchObject({ code: 0, stdout: 'Josiah Carberry (0000-0002-1825-0097)\n' })
    expect(node.seen('refresh')).toHaveLength(1)
    const shown = JSON.parse((await sandbox.run(['whoami', '--json'], { env })).stdout)
    expect(shown.auth).toMatchObject({ storage: { kind: 'keychain', service: 'osa-cli' }, refreshable: true })
    expect(node.seen('refresh')).toHaveLength(1)
    expect(await seen()).not.toMatch(/[ar]t_/)

    const logout = await sandbox.run(['logout'], { env })
    expect(logout.stderr).toBe(` ✓ Logged out of ${node.url} (Josiah Carberry)\n`)
    expect(node.families[0]?.revoked).toBe(true)
    expect(await sandbox.readCredentials()).toEqual({})
  })

  test('K23 --json names the place of the login before and after the sign-in', async () => {
    await using session = await startKeyringSession()
    await using node = await fakeOsaServer({ approveAtPoll: 1 })
    await using sandbox = await makeSandbox()
    const env = { ...on(session), OSA_CREDENTIAL_STORE: 'keychain' }
    const { stdout, code } = await sandbox.run(['login', node.url, '--json'], { env })
    expect(code).toBe(0)
    const storage = { kind: 'keychain', service: 'osa-cli' }
    const documents = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(documents[0]).toMatchObject({ event: 'verification', storage })
    expect(documents.at(-1)).toMatchObject({ event: 'result', ok: true, storage })
    expect(stdout).not.toMatch(/[ar]t_/)
  })

  test('K23 --storage moves a login that works, in both directions, without a new sign-in', async () => {
    await using session = await startKeyringSession()
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    const env = on(session)
    await seedCredentials(sandbox, { [node.url]: node.issue() })
    const into = await sandbox.run(['login', node.url, '--storage', 'keychain'], { env })
    expect(into.stderr).toContain(' ✓ Moved the login to the Secret Service keyring\n')
    expect(await textBelow(sandbox.home)).not.toMatch(/[ar]t_/)
    const out = await sandbox.run(['login', node.url, '--storage', 'file'], { env })
    expect(out.stderr).toContain(` ✓ Moved the login to ${sandbox.credentials}\n`)
    expect(await sandbox.run(['whoami'], { env })).toMatchObject({ code: 0 })
    expect(await readdir(join(sandbox.home, '.config', 'osa', 'keychain-items'))).toEqual([])
    expect(node.seen('device')).toEqual([])
  })

  test('K23 K32 if a login is renewed while osa waits to move it, the renewed login is moved', async () => {
    await using session = await startKeyringSession()
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    const env = on(session)
    await seedCredentials(sandbox, { [node.url]: node.issue() })
    const store = openCredentialStore({ dir: dirname(sandbox.credentials), clock: systemClock, env: sandbox.env(env) })
    const lock = await store.lockRefresh(node.url, { timeoutMs: 1000 })
    const renewed = node.issue()
    let isRenewed = false
    const moved = await sandbox.run(['login', node.url, '--storage', 'keychain'], {
      env,
      onStderr: (soFar) => {
        if (isRenewed || !soFar.includes('Credentials will be saved in')) return
        isRenewed = true
        // Gives osa time to reach the lock.
        setTimeout(() => void seedCredentials(sandbox, { [node.url]: renewed }).then(lock.release), 700)
      },
    })
    expect(moved, moved.stderr).toMatchObject({ code: 0 })
    expect((await sandbox.readCredentials())[node.url]).toMatchObject({ storage: 'keychain' })
    expect(await store.read(node.url)).toMatchObject({ refreshToken: renewed.refresh_token })
  })

  test('K23 a locked keyring is reported as locked, not as “not logged in”, and a logout keeps the entry', async () => {
    await using session = await startKeyringSession()
    await using node = await fakeOsaServer({ approveAtPoll: 1 })
    await using sandbox = await makeSandbox()
    const env = on(session)
    await loggedIn(sandbox, session, node.url)
    const before = await readFile(sandbox.credentials, 'utf8')
    await session.lock()
    const whoami = await sandbox.run(['whoami'], { env })
    expect(whoami).toMatchObject({ code: 9, stdout: '' })
    expect(whoami.stderr).toContain(
      ` ✗ Your login for ${node.url} is in the Secret Service keyring, which this session can't open\n`,
    )
    expect(whoami.stderr).toContain(
      ` → Unlock it and try again. Over SSH: osa login ${node.url} --storage file. In scripts: OSA_TOKEN\n`,
    )
    const logout = await sandbox.run(['logout'], { env })
    expect(logout.code).toBe(9)
    expect(logout.stderr).toContain(" ✗ The Secret Service keyring is locked, so the login can't be removed\n")
    expect(JSON.parse((await sandbox.run(['whoami', '--json'], { env })).stdout).error.code).toBe('store_locked')
    expect(await readFile(sandbox.credentials, 'utf8')).toBe(before)
    expect(node.families[0]?.revoked).toBe(false)
    expect(await sandbox.run(['whoami', '--offline'], { env })).toMatchObject({ code: 0 })
  })

  test('K23 a person who cannot open the keyring can sign in again with --storage file', async () => {
    await using session = await startKeyringSession()
    await using node = await fakeOsaServer({ approveAtPoll: 1 })
    await using sandbox = await makeSandbox()
    const env = on(session)
    await loggedIn(sandbox, session, node.url)
    await session.lock()
    const again = await sandbox.run(['login', node.url, '--storage', 'file'], { env })
    expect(again, again.stderr).toMatchObject({ code: 0 })
    expect(again.stderr).toContain(' ⚠ The old login for ')
    expect((await sandbox.readCredentials())[node.url]).toHaveProperty('access_token')
  })

  test('K23 a missing item in the keyring is reported as such', async () => {
    await using session = await startKeyringSession()
    await using node = await fakeOsaServer({ approveAtPoll: 1 })
    await using sandbox = await makeSandbox()
    await seedCredentials(sandbox, { [node.url]: { storage: 'keychain', keychain: 'keyring' } })
    const { code, stderr } = await sandbox.run(['whoami'], { env: on(session) })
    expect(code).toBe(4)
    expect(stderr).toBe(
      ` ✗ The login for ${node.url} is not in this computer's keychain\n → Run osa login ${node.url}\n`,
    )
    expect(await sandbox.run(['login'], { env: { ...on(session), OSA_SERVER: node.url } })).toMatchObject({ code: 0 })
  })
})

describe('a keychain that waits for a password', () => {
  /** A helper that connects and then waits, like a password prompt without an answer. */
  const prompting = `for (const phase of ['started', 'connected']) console.log(JSON.stringify({ phase }))
    setInterval(() => undefined, 1000)`

  const setUp = async () => {
    const packed = await installOsa()
    await writeFile(packed.helper, prompting)
    const sandbox = await makeSandbox({ program: packed.program })
    const env = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' }
    await seedCredentials(sandbox, { 'http://127.0.0.1:9': { storage: 'keychain', keychain: 'keyring' } })
    const stop = async () => {
      await sandbox[Symbol.asyncDispose]()
      await packed[Symbol.asyncDispose]()
    }
    return { sandbox, env, [Symbol.asyncDispose]: stop }
  }

  test('osa says that it is waiting, and Ctrl-C ends the wait', async () => {
    await using world = await setUp()
    const { code, screen } = await world.sandbox.runOnTerminal(['whoami'], {
      env: world.env,
      answers: { 'Waiting for your keychain': '\u0003' },
    })
    expect(screen).toContain('   Waiting for your keychain to unlock…  (Ctrl-C to cancel)')
    expect(code).toBe(130)
  })

  test('K23 without a terminal the keychain counts as locked after three seconds', async () => {
    await using world = await setUp()
    const { code, stdout, stderr } = await world.sandbox.run(['whoami', '--json'], { env: world.env })
    expect({ code, stderr }).toEqual({ code: 9, stderr: '' })
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'store_locked', exit_code: 9 })
  })
})

describe('a keyring that locks while a person approves', () => {
  const lockThenApprove = (session: KeyringSession, node: { approve(): void }) => {
    let isDone = false
    return (soFar: string) => {
      if (isDone || !soFar.includes('Waiting for approval')) return
      isDone = true
      void session.lock().then(() => node.approve())
    }
  }

  test('K23 without a terminal the new tokens are revoked, and nothing is saved', async () => {
    await using session = await startKeyringSession()
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    const { code, stderr } = await sandbox.run(['login', node.url, '--storage', 'keychain'], {
      env: on(session),
      onStderr: lockThenApprove(session, node),
    })
    expect(code).toBe(9)
    expect(stderr).toContain(` ✗ The login for ${node.url} can't be saved in the Secret Service keyring: it is locked`)
    expect(node.families.map(({ revoked }) => revoked)).toEqual([true])
    expect(await textBelow(sandbox.home)).not.toMatch(/[ar]t_/)
  })

  test.each([
    ['y', 0, false],
    ['n', 9, true],
  ])('K23 on a terminal osa offers the file; the answer is %s', async (answer, code, isRevoked) => {
    await using session = await startKeyringSession()
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    const approval = setInterval(() => {
      if (node.seen('token').length === 0) return
      clearInterval(approval)
      void session.lock().then(() => node.approve())
    }, 50)
    const run = await sandbox.runOnTerminal(['login', node.url, '--storage', 'keychain', '--no-browser'], {
      env: on(session),
      answers: { 'Save to a file only you can read instead? [Y/n]': `${answer}\r` },
    })
    clearInterval(approval)
    expect(run.code, run.screen).toBe(code)
    expect(node.families.map(({ revoked }) => revoked)).toEqual([isRevoked])
    const text = await textBelow(sandbox.home)
    if (isRevoked) expect(text).not.toMatch(/[ar]t_/)
    else expect((await sandbox.readCredentials())[node.url]).toHaveProperty('refresh_token')
  })
})

describe('without a keyring', () => {
  test('K23 --storage keychain is refused before anything is sent', async () => {
    await using session = await startKeyringSession({ keyring: 'none' })
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    for (const env of [on(session), {}]) {
      const { code, stderr } = await sandbox.run(['login', node.url, '--storage', 'keychain'], { env })
      expect(code).toBe(9)
      expect(stderr).toContain(" ✗ The system keychain can't be used: the Secret Service did not answer")
      expect(stderr).toContain(
        ' → Install and unlock a keyring (gnome-keyring, KWallet, KeePassXC), or use --storage file\n',
      )
    }
    expect(node.requests).toEqual([])
    expect(await readdir(sandbox.home)).toEqual(['project'])
  })

  test('K23 without a desktop the file is used, and osa says why before it shows the code', async () => {
    await using node = await fakeOsaServer({ approveAtPoll: 1 })
    await using sandbox = await makeSandbox()
    const { code, stderr } = await sandbox.run(['login', node.url])
    expect(code).toBe(0)
    expect(stderr).toMatch(
      /saved in .*credentials\.json \(only you can read it\)\n {3}No system keychain here: .+\. Use --storage keychain to insist\.\n[\s\S]*BCDF-GHJK/,
    )
    const again = await sandbox.run(['login', node.url, '--json', '--force'])
    const last = JSON.parse(again.stdout.trim().split('\n').at(-1) ?? '')
    expect(last.storage).toEqual({ kind: 'file', path: sandbox.credentials, reason: expect.any(String) })
  })

  test('K23 with a bus that never answers osa fails within seconds and leaves no process', async () => {
    await using bus = await startSilentBus()
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    const env = { DBUS_SESSION_BUS_ADDRESS: bus.address }
    await seedCredentials(sandbox, { [node.url]: { storage: 'keychain', keychain: 'keyring' } })
    const { code, stderr } = await sandbox.run(['whoami'], { env })
    expect(code).toBe(9)
    expect(stderr).toContain("which this session can't open\n   The Secret Service did not answer\n")
    expect([bus.total(), bus.connections(), node.requests]).toEqual([1, 0, []])
    const login = await sandbox.run(['login', node.url, '--force', '--storage', 'keychain'], { env })
    expect(login.code).toBe(9)
    expect([bus.total(), bus.connections(), node.requests]).toEqual([2, 0, []])
  })

  test('K23 with a bus that never answers the limit is three seconds, not a minute, even on a busy computer', async () => {
    await using bus = await startSilentBus()
    await using sandbox = await makeSandbox()
    await seedCredentials(sandbox, { 'https://a.example': { storage: 'keychain', keychain: 'keyring' } })
    const busy = join(sandbox.home, 'busy.cjs')
    await writeFile(busy, "require('node:os').loadavg = () => [90, 90, 90]")
    const env = { DBUS_SESSION_BUS_ADDRESS: bus.address, NODE_OPTIONS: `--require ${busy}` }
    const startedAtMs = performance.now()
    const { code } = await sandbox.run(['whoami'], { env })
    const tookMs = performance.now() - startedAtMs
    expect({ code, isTimely: tookMs > 3000 && tookMs < 30_000 }, `${tookMs} ms`).toEqual({ code: 9, isTimely: true })
  })

  test('K23 commands that need no secret do not open the keychain', async () => {
    await using bus = await startSilentBus()
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    const user = { display_name: 'Ada', external_id: 'a' }
    await seedCredentials(sandbox, { [node.url]: { storage: 'keychain', keychain: 'keytar', user } })
    const env = { DBUS_SESSION_BUS_ADDRESS: bus.address }
    const token = { ...env, OSA_SERVER: node.url, OSA_TOKEN: node.issue().access_token }
    const runs = [
      await sandbox.run(['whoami', '--offline'], { env }),
      await sandbox.run(['whoami', '--offline', '--json'], { env }),
      await sandbox.run(['status', '--offline'], { env }),
      await sandbox.run(['link', node.url], { env }),
      await sandbox.run(['login', '--help'], { env }),
      await sandbox.run(['--version'], { env }),
      await sandbox.run(['completions', 'bash'], { env }),
      await sandbox.run(['whoami'], { env: token }),
    ]
    expect(runs.map(({ code }) => code)).toEqual(runs.map(() => 0))
    expect(bus.total()).toBe(0)
  })
})

describe('auto, on a Linux desktop', () => {
  const { within, isOutside } = findOutside()
  const desktop = (session: KeyringSession) => ({ ...on(session), DISPLAY: ':99', OSA_BROWSER: 'none' })

  test('K23 a keyring that works is used, and osa says so', async () => {
    await using session = await startKeyringSession()
    await using node = await fakeOsaServer({ approveAtPoll: 1 })
    await using sandbox = await makeSandbox()
    const { code, stderr } = await sandbox.run(['login', node.url], { env: desktop(session), within })
    expect(code, stderr).toBe(0)
    const place = isOutside ? 'in the Secret Service keyring\n' : 'credentials.json (only you can read it)\n'
    expect(stderr).toContain(place)
    expect((await sandbox.readCredentials())[node.url]?.storage).toBe(isOutside ? 'keychain' : undefined)
  })

  test('K23 for one that does not work there is a warning before the code is shown', async () => {
    await using session = await startKeyringSession({ keyring: 'none' })
    await using node = await fakeOsaServer({ approveAtPoll: 1 })
    await using sandbox = await makeSandbox()
    const { code, stderr } = await sandbox.run(['login', node.url], { env: desktop(session), within })
    expect(code, stderr).toBe(0)
    const warning = ' ⚠ No system keychain: the Secret Service did not answer (org.freedesktop.secrets)\n'
    const place = `   Credentials will be saved in ${sandbox.credentials} (only you can read it)\n`
    const stop = '   To stop: Ctrl-C.  To require the keychain: osa login --storage keychain\n'
    const other = '   No system keychain here: inside a container. Use --storage keychain to insist.\n'
    expect(stderr.slice(0, stderr.indexOf('BCDF-GHJK'))).toContain(
      isOutside ? `${warning}${place}${stop}` : `${place}${other}`,
    )
    expect((await sandbox.readCredentials())[node.url]).toHaveProperty('access_token')
  })
})

test('an unknown place to store logins is a usage error', async () => {
  await using sandbox = await makeSandbox()
  const typed = await sandbox.run(['login', 'https://a.example', '--storage', 'keyring'])
  expect(typed.code).toBe(2)
  expect(typed.stderr).toContain(' ✗ "keyring" is not a place to store logins\n → Use auto, keychain or file\n')
  const set = await sandbox.run(['login', 'https://a.example'], { env: { OSA_CREDENTIAL_STORE: 'x' } })
  expect(set.code).toBe(2)
})
