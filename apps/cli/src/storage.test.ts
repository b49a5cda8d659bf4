import { expect, test } from 'vitest'
import type { CommandContext } from './command.ts'
import { announceStorage, storageWish } from './storage.ts'

const path = '/home/josiah/.config/osa/credentials.json'

/** The lines that are printed, with their marks. */
function said(choice: Parameters<typeof announceStorage>[1]): string[] {
  const lines: string[] = []
  const io = { say: (text: string) => lines.push(`   ${text}`), warn: (text: string) => lines.push(` ⚠ ${text}`) }
  const store = () => ({ path, keychainLabel: 'macOS Keychain' })
  announceStorage({ io, store } as unknown as CommandContext, choice)
  return lines
}

test('a login in the keychain is announced', () => {
  const target = { kind: 'keychain', binding: 'keyring' } as const
  expect(said({ target, reason: null, hasFailed: false })).toEqual([
    '   Credentials will be saved in the macOS Keychain',
  ])
})

test('if no keychain is expected, a note gives the reason', () => {
  expect(said({ target: { kind: 'file' }, reason: 'no desktop session (SSH)', hasFailed: false })).toEqual([
    `   Credentials will be saved in ${path} (only you can read it)`,
    '   No system keychain here: no desktop session (SSH). Use --storage keychain to insist.',
  ])
})

test('K23 if a keychain was expected but does not work, a warning comes first', () => {
  const reason = 'the Secret Service did not answer (org.freedesktop.secrets)'
  expect(said({ target: { kind: 'file' }, reason, hasFailed: true })).toEqual([
    ' ⚠ No system keychain: the Secret Service did not answer (org.freedesktop.secrets)',
    `   Credentials will be saved in ${path} (only you can read it)`,
    '   To stop: Ctrl-C.  To require the keychain: osa login --storage keychain',
  ])
})

test('if the settings ask for the file, no reason is given', () => {
  expect(said({ target: { kind: 'file' }, reason: null, hasFailed: false })).toEqual([
    `   Credentials will be saved in ${path} (only you can read it)`,
  ])
})

test.each([
  [null, undefined, 'auto'],
  [null, '', 'auto'],
  [null, 'keychain', 'keychain'],
  ['file', 'keychain', 'file'],
])('--storage %j and OSA_CREDENTIAL_STORE %j mean %s', (flag, variable, wish) => {
  const context = { flags: { value: () => flag }, env: { OSA_CREDENTIAL_STORE: variable } }
  expect(storageWish(context as unknown as CommandContext)).toBe(wish)
})
