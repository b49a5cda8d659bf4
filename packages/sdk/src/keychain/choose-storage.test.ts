import { expect, test } from 'vitest'
import { createMemoryKeychain } from '../testing/index.ts'
import { chooseStorage } from './choose-storage.ts'
import type { KeychainFailure } from './keychain.ts'
import type { KeychainSurroundings } from './keychain-policy.ts'

const desktop: KeychainSurroundings = {
  ...{ platform: 'linux', isSsh: false, isCi: false, isWsl: false, isContainer: false },
  ...{ hasDisplay: true, hasSessionBus: true },
}
const container = { ...desktop, isContainer: true }
const silent: KeychainFailure = { kind: 'silent', reason: 'the Secret Service did not answer' }

test('auto: a working keychain is used', async () => {
  const keychain = createMemoryKeychain({ binding: 'keytar' })
  expect(await chooseStorage('auto', { keychain, surroundings: desktop })).toEqual({
    ...{ target: { kind: 'keychain', binding: 'keytar', isRequired: false }, reason: null, hasFailed: false },
  })
})

test('K23 auto: if the rules exclude the keychain, the file is used, with the reason, and the keychain is not touched', async () => {
  const keychain = createMemoryKeychain()
  expect(await chooseStorage('auto', { keychain, surroundings: container })).toEqual({
    ...{ target: { kind: 'file' }, reason: 'inside a container', hasFailed: false },
  })
  expect(keychain.calls).toEqual([])
})

test('K23 auto: if the keychain fails, the file is used, with the failure', async () => {
  const keychain = createMemoryKeychain()
  keychain.fail('probe', silent)
  expect(await chooseStorage('auto', { keychain, surroundings: desktop })).toEqual({
    ...{ target: { kind: 'file' }, reason: 'the Secret Service did not answer', hasFailed: true },
  })
})

test('keychain: it is tried whatever the rules say', async () => {
  const { target } = await chooseStorage('keychain', { keychain: createMemoryKeychain(), surroundings: container })
  expect(target).toEqual({ kind: 'keychain', binding: 'keyring', isRequired: true })
})

test.each([
  [silent, 'store_unavailable'],
  [{ kind: 'locked', reason: 'it is locked, and nobody unlocked it' } as const, 'store_locked'],
  [{ kind: 'broken', reason: 'it does not return what was saved' } as const, 'store_unavailable'],
])('K23 keychain: if it fails (%j), that is an error, and the file is not used', async (failure, code) => {
  const keychain = createMemoryKeychain()
  keychain.fail('probe', failure)
  await expect(chooseStorage('keychain', { keychain, surroundings: desktop })).rejects.toMatchObject({
    code,
    message: `The system keychain can't be used: ${failure.reason}`,
    hint: 'Install and unlock a keyring (gnome-keyring, KWallet, KeePassXC), or use --storage file',
  })
})

test('file: the keychain is not touched', async () => {
  const keychain = createMemoryKeychain()
  expect((await chooseStorage('file', { keychain, surroundings: desktop })).target).toEqual({ kind: 'file' })
  expect(keychain.calls).toEqual([])
})
