import { spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { createMemoryKeychain, startKeyringSession, startSilentBus } from '../testing/index.ts'
import type { KeychainBackend, KeychainBinding } from './keychain.ts'
import { keychainService, openSystemKeychain } from './system-keychain.ts'

interface World extends AsyncDisposable {
  /** Opens the keychain as a new process would. */
  open(): KeychainBackend
  lock(): Promise<void>
}

async function memory(): Promise<World> {
  const keychain = createMemoryKeychain()
  return { open: () => keychain, lock: async () => keychain.lock(), [Symbol.asyncDispose]: async () => undefined }
}

const realKeyring = (binding: KeychainBinding) => async (): Promise<World> => {
  const session = await startKeyringSession()
  const open = () => openSystemKeychain({ env: session.env, platform: 'linux', bindings: [binding] })
  return { open, lock: session.lock, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() }
}

const worlds: [string, KeychainBinding, () => Promise<World>][] = [
  ['the fake in memory', 'keyring', memory],
  ['gnome-keyring through keytar', 'keytar', realKeyring('keytar')],
  ['gnome-keyring through @napi-rs/keyring', 'keyring', realKeyring('keyring')],
]

describe.each(worlds)('%s', (_name, binding, start) => {
  const at = (account: string) => ({ service: keychainService, account, binding })

  test('a secret exists until it is deleted, for every process, and each account has its own', async () => {
    await using world = await start()
    const [a, b] = [at('https://a.example'), at('https://b.example')]
    expect(await world.open().getPassword(a)).toEqual({ value: null })
    expect(await world.open().setPassword(a, 'first')).toEqual({ value: undefined })
    expect(await world.open().setPassword(b, 'other')).toEqual({ value: undefined })
    expect(await world.open().setPassword(a, 'second')).toEqual({ value: undefined })
    expect(await world.open().getPassword(a)).toEqual({ value: 'second' })
    expect(await world.open().deletePassword(a)).toEqual({ value: true })
    expect(await world.open().deletePassword(a)).toEqual({ value: false })
    expect(await world.open().getPassword(a)).toEqual({ value: null })
    expect(await world.open().getPassword(b)).toEqual({ value: 'other' })
  })

  test('six kilobytes of text, with letters of any script, come back unchanged', async () => {
    await using world = await start()
    const secret = `${'x'.repeat(6000)} "ключ" 鍵 🔑`
    await world.open().setPassword(at('https://a.example'), secret)
    expect(await world.open().getPassword(at('https://a.example'))).toEqual({ value: secret })
  })

  test('a probe returns the binding', async () => {
    await using world = await start()
    expect(await world.open().probe()).toEqual({ value: binding })
    expect(await world.open().probe(binding)).toEqual({ value: binding })
  })

  test('K23 locked is reported for every verb, and is never confused with “nothing there”', async () => {
    await using world = await start()
    const [kept, never] = [at('https://a.example'), at('https://b.example')]
    await world.open().setPassword(kept, 'kept')
    await world.lock()
    const locked = { failure: { kind: 'locked', reason: 'it is locked, and nobody unlocked it' } }
    expect(await world.open().probe()).toEqual(locked)
    expect(await world.open().getPassword(kept)).toEqual(locked)
    expect(await world.open().getPassword(never)).toEqual(locked)
    expect(await world.open().setPassword(kept, 'new')).toEqual(locked)
    expect(await world.open().deletePassword(kept)).toEqual(locked)
    expect(await world.open().deletePassword(never)).toEqual(locked)
  })
})

/** Returns the children of this process that run the helper. */
async function helpers(): Promise<{ pid: string; argv: string; environment: string }[]> {
  const found = []
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    try {
      const argv = await readFile(`/proc/${pid}/cmdline`, 'utf8')
      const parent = /\) \S (\d+)/.exec(await readFile(`/proc/${pid}/stat`, 'utf8'))?.[1]
      if (parent !== String(process.pid) || !argv.includes('keychain-helper')) continue
      found.push({ pid, argv, environment: await readFile(`/proc/${pid}/environ`, 'utf8') })
    } catch {
      // The process ended between two reads.
    }
  }
  return found
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise((done) => setTimeout(done, 20))
}

const bindings: KeychainBinding[] = ['keytar', 'keyring']
const item = (binding: KeychainBinding) => ({ service: keychainService, account: 'https://a.example', binding })

describe.each(bindings)('where there is no keychain (%s)', (binding) => {
  test('K23 a bus without a Secret Service is reported as such', async () => {
    await using session = await startKeyringSession({ keyring: 'none' })
    const keychain = openSystemKeychain({ env: session.env, platform: 'linux', bindings: [binding] })
    expect(await keychain.probe()).toEqual({
      failure: { kind: 'absent', reason: 'the Secret Service did not answer (org.freedesktop.secrets)' },
    })
  })

  test('K23 a Secret Service without a keyring is reported as such', async () => {
    await using session = await startKeyringSession({ keyring: 'uncreated' })
    const keychain = openSystemKeychain({ env: session.env, platform: 'linux', bindings: [binding] })
    expect(await keychain.probe()).toEqual({
      failure: { kind: 'absent', reason: 'the Secret Service has no keyring to save in' },
    })
  })

  test('K23 a bus that never answers costs three seconds, and no helper is started', async () => {
    await using bus = await startSilentBus()
    const env = { PATH: process.env.PATH, HOME: '/nonexistent', DBUS_SESSION_BUS_ADDRESS: bus.address }
    const helper = new URL('file:///nonexistent/keychain-helper.js')
    const keychain = openSystemKeychain({ env, platform: 'linux', bindings: [binding], isPatient: true, helper })
    const startedAt = Date.now()
    expect(await keychain.getPassword(item(binding))).toEqual({
      failure: { kind: 'silent', reason: 'the Secret Service did not answer' },
    })
    // not the minute of a patient run
    expect(Date.now() - startedAt).toBeLessThan(30_000)
    expect(await keychain.probe()).toMatchObject({ failure: { kind: 'silent' } })
    expect(bus.total()).toBe(1)
  })

  test('K23 a bus that hangs when it is used costs three seconds; the helper is killed and leaves nothing behind', async () => {
    await using bus = await startSilentBus({ hangsLater: true })
    const env = { PATH: process.env.PATH, HOME: '/nonexistent', DBUS_SESSION_BUS_ADDRESS: bus.address }
    const keychain = openSystemKeychain({ env, platform: 'linux', bindings: [binding], isPatient: true })
    const read = keychain.getPassword(item(binding))
    await until(() => bus.total() > 1)
    const connectedAt = Date.now()
    expect(await read).toEqual({ failure: { kind: 'silent', reason: 'the Secret Service did not answer' } })
    // isPatient makes no difference: no password prompt can appear before the bus has answered
    expect(Date.now() - connectedAt).toBeLessThan(60_000)
    expect(await helpers()).toEqual([])
    await until(() => bus.connections() === 0)
    // not tried again, so that no command waits twice
    expect(await keychain.probe()).toMatchObject({ failure: { kind: 'silent' } })
    expect(bus.connections()).toBe(0)
  })

  test('K17 K23 the arguments and the environment of the helper contain no secret', async () => {
    await using bus = await startSilentBus({ hangsLater: true })
    const env = {
      ...{ PATH: process.env.PATH, HOME: '/nonexistent', DBUS_SESSION_BUS_ADDRESS: bus.address },
      ...{ OSA_TOKEN: 'secret-of-the-environment', NODE_OPTIONS: '--no-warnings' },
    }
    const keychain = openSystemKeychain({ env, platform: 'linux', bindings: [binding] })
    const written = keychain.setPassword(item(binding), 'secret-of-the-login')
    await until(() => bus.total() > 1)
    const [helper, ...others] = await helpers()
    expect(others).toEqual([])
    expect(helper?.argv).toContain('keychain-helper')
    expect(`${helper?.argv}${helper?.environment}`).not.toMatch(/secret-of|OSA_TOKEN|NODE_OPTIONS/)
    expect(helper?.environment).toContain(bus.address)
    await written
  })

  test('Ctrl-C ends the wait and the helper at once', async () => {
    await using bus = await startSilentBus({ hangsLater: true })
    const env = { PATH: process.env.PATH, DBUS_SESSION_BUS_ADDRESS: bus.address }
    const cancel = new AbortController()
    const keychain = openSystemKeychain({ env, platform: 'linux', bindings: [binding], signal: cancel.signal })
    const read = keychain.getPassword(item(binding))
    await until(() => bus.total() > 1)
    cancel.abort()
    await expect(read).rejects.toMatchObject({ code: 'aborted' })
    expect(await helpers()).toEqual([])
  })
})

test.each(['SIGINT', 'SIGHUP'] as const)(
  '%s from a terminal reaches the helper too, but does not end it',
  async (signal) => {
    await using bus = await startSilentBus({ hangsLater: true })
    const env = { PATH: process.env.PATH, DBUS_SESSION_BUS_ADDRESS: bus.address }
    const read = openSystemKeychain({ env, platform: 'linux' }).getPassword(item('keytar'))
    await until(() => bus.total() > 1)
    for (const { pid } of await helpers()) process.kill(Number(pid), signal)
    expect(await read).toMatchObject({ failure: { kind: 'silent' } })
  },
)

test('without a D-Bus session, no helper is started', async () => {
  const keychain = openSystemKeychain({
    env: { HOME: '/nonexistent' },
    platform: 'linux',
    helper: new URL('file:///gone'),
  })
  expect(await keychain.probe()).toEqual({
    failure: { kind: 'absent', reason: 'the Secret Service did not answer (there is no D-Bus session)' },
  })
})

test('a missing helper is a keychain that cannot be used, not a crash', async () => {
  await using bus = await startSilentBus({ hangsLater: true })
  const env = { PATH: process.env.PATH, DBUS_SESSION_BUS_ADDRESS: bus.address }
  const helper = new URL('file:///nonexistent/keychain-helper.js')
  expect(await openSystemKeychain({ env, platform: 'linux', helper }).probe()).toEqual({
    failure: { kind: 'absent', reason: 'the helper that asks the Secret Service ended without an answer' },
  })
})

/** A program that waits for a keychain that never answers. */
const waiting = `
  const { openSystemKeychain } = await import(process.argv[1])
  await openSystemKeychain({ env: process.env, platform: 'linux', bindings: [process.argv[2]] }).probe()
`

test.each(bindings)('a killed process leaves no helper behind, even one that hangs (%s)', async (binding) => {
  await using bus = await startSilentBus({ hangsLater: true })
  const module = new URL('./system-keychain.ts', import.meta.url).href
  const env = { PATH: process.env.PATH, DBUS_SESSION_BUS_ADDRESS: bus.address }
  const waiter = spawn(process.execPath, ['--input-type=module', '-e', waiting, module, binding], {
    env,
    stdio: 'ignore',
  })
  await until(() => bus.total() > 1)
  waiter.kill('SIGKILL')
  await until(() => bus.connections() === 0)
})
