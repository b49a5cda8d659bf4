import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeTemporaryDir } from '../testing/index.ts'
import { helperEnvironment, sessionBusAddress } from './helper-environment.ts'
import { type KeychainSurroundings, lookAround, whyNoKeychain } from './keychain-policy.ts'
import { keychainLabel } from './system-keychain.ts'

const desktop = {
  ...{ isSsh: false, isCi: false, isWsl: false, isContainer: false },
  ...{ hasDisplay: true, hasSessionBus: true },
}

const rows: [string, Partial<KeychainSurroundings> & { platform: string }, string | null][] = [
  ['macOS', { platform: 'darwin' }, null],
  ['macOS without an X display', { platform: 'darwin', hasDisplay: false, hasSessionBus: false }, null],
  ['macOS over SSH', { platform: 'darwin', isSsh: true }, "an SSH session can't open the login keychain"],
  ['macOS in CI', { platform: 'darwin', isCi: true }, 'this is CI'],
  ['Windows', { platform: 'win32', hasDisplay: false, hasSessionBus: false }, null],
  ['a Linux desktop', { platform: 'linux' }, null],
  ['a Linux desktop, reached over SSH with its display', { platform: 'linux', isSsh: true }, null],
  ['Linux over SSH', { platform: 'linux', isSsh: true, hasDisplay: false }, 'no desktop session (SSH)'],
  ['Linux without a display', { platform: 'linux', hasDisplay: false }, 'no desktop session'],
  ['Linux without a bus', { platform: 'linux', hasSessionBus: false }, 'no D-Bus session'],
  ['WSL', { platform: 'linux', isWsl: true }, 'WSL has none of its own'],
  ['a container', { platform: 'linux', isContainer: true }, 'inside a container'],
  ['another system', { platform: 'freebsd' }, 'osa supports none on freebsd'],
]

test.each(rows)('K23 %s', (_name, surroundings, why) => {
  expect(whyNoKeychain({ ...desktop, ...surroundings })).toBe(why)
})

test('surroundings are read from the environment', async () => {
  await using dir = await makeTemporaryDir()
  const seen = (env: Record<string, string>) => lookAround(env, { platform: 'linux', isCi: false })
  expect(seen({ SSH_TTY: '/dev/pts/1' })).toMatchObject({ isSsh: true, hasDisplay: false, hasSessionBus: false })
  expect(seen({ WAYLAND_DISPLAY: 'wayland-0', container: 'podman' })).toMatchObject({
    hasDisplay: true,
    isContainer: true,
  })
  expect(seen({ WSL_DISTRO_NAME: 'Debian' }).isWsl).toBe(true)
  expect(seen({ XDG_RUNTIME_DIR: dir.path }).hasSessionBus).toBe(false)
  await writeFile(join(dir.path, 'bus'), '')
  expect(seen({ XDG_RUNTIME_DIR: dir.path }).hasSessionBus).toBe(true)
  expect(sessionBusAddress({ XDG_RUNTIME_DIR: dir.path })).toBe(`unix:path=${dir.path}/bus`)
})

test('K17 the helper gets only the listed variables, whatever else is set', () => {
  const env = {
    PATH: '/bin',
    Path: 'C:\\',
    HOME: '/h',
    OSA_TOKEN: 't',
    NODE_OPTIONS: '--inspect',
    AWS_SECRET_ACCESS_KEY: 's',
  }
  expect(helperEnvironment(env)).toEqual({ PATH: '/bin', Path: 'C:\\', HOME: '/h' })
})

test.each([
  ['darwin', 'macOS Keychain'],
  ['win32', 'Windows Credential Manager'],
  ['linux', 'Secret Service keyring'],
] as const)('the keychain of %s is called %s', (platform, label) => {
  expect(keychainLabel(platform)).toBe(label)
})
