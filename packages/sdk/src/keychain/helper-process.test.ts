/** Helpers that misbehave in ways that a real keychain cannot be made to. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { makeTemporaryDir } from '../testing/index.ts'
import { openSystemKeychain, type SystemKeychainOptions } from './system-keychain.ts'

const env = { PATH: process.env.PATH, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' }

async function withHelper(program: string, more: Partial<SystemKeychainOptions> = {}) {
  const dir = await makeTemporaryDir()
  const file = join(dir.path, 'helper.mjs')
  await writeFile(file, program)
  const keychain = openSystemKeychain({ env, platform: 'linux', helper: pathToFileURL(file), ...more })
  return { keychain, [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose]() }
}

const phases = (...names: string[]): string => names.map((phase) => `console.log('{"phase":"${phase}"}');`).join('')
const forever = 'setInterval(() => {}, 1000)'

test.each([
  ['prints nonsense', 'console.log("hello\\n{}\\nnull\\n[1]\\n{\\"phase\\":\\"done\\"}")'],
  ['crashes', 'process.abort()'],
  ['is not a program', 'syntax error here'],
  ['answers with an unknown failure', 'console.log(`{"phase":"done","binding":"keyring","answer":{"failure":{}}}`)'],
])('K23 a helper that %s is a keychain that cannot be used', async (_name, program) => {
  await using world = await withHelper(program)
  expect(await world.keychain.probe()).toEqual({
    failure: { kind: 'absent', reason: 'the helper that asks the Secret Service ended without an answer' },
  })
})

test('K23 an operation that takes more than three seconds without a person counts as locked', async () => {
  await using world = await withHelper(phases('started', 'connected') + forever)
  const item = { service: 's', account: 'a', binding: 'keyring' } as const
  expect(await world.keychain.getPassword(item)).toEqual({
    failure: { kind: 'locked', reason: 'it did not open in time' },
  })
})

test('onWaiting is called once when the keychain waits, and the person can cancel', async () => {
  const cancel = new AbortController()
  let told = 0
  const onWaiting = () => {
    told++
    // longer than the three seconds of a run without a person
    setTimeout(() => cancel.abort(), 3000)
  }
  await using world = await withHelper(phases('started', 'connected') + forever, {
    ...{ isPatient: true, onWaiting, signal: cancel.signal },
  })
  await expect(world.keychain.probe()).rejects.toMatchObject({ code: 'aborted' })
  expect(told).toBe(1)
})

test('output of a native library on stdout is ignored', async () => {
  const done = '{"phase":"done","binding":"keytar","answer":{"value":true}}'
  await using world = await withHelper(`console.log('libsecret: hm');console.log('${done}');${forever}`)
  expect(await world.keychain.probe()).toEqual({ value: 'keytar' })
})
