import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { makeTemporaryDir } from '../testing/index.ts'
import { isDefaultConfigDir, resolveConfigDir } from './config-dir.ts'

// What Node does in containers without HOME, whose user id has no entry in /etc/passwd.
vi.mock('node:os', async (original) => ({
  ...(await original<typeof import('node:os')>()),
  homedir: () => {
    // libuv's answer if HOME is set but empty
    if (process.env.HOME === '') return ''
    throw Object.assign(new Error('uv_os_homedir returned ENOENT'), { code: 'ERR_SYSTEM_ERROR' })
  },
}))

test('K22 OSA_CONFIG_DIR must be absolute; a relative XDG_CONFIG_HOME is ignored', () => {
  expect(resolveConfigDir({ HOME: '/h', OSA_CONFIG_DIR: '/c' })).toEqual({ dir: '/c', isDefault: false })
  expect(() => resolveConfigDir({ HOME: '/h', OSA_CONFIG_DIR: 'c' })).toThrow('absolute')
  expect(resolveConfigDir({ HOME: '/h', XDG_CONFIG_HOME: 'x' })).toEqual({ dir: '/h/.config/osa', isDefault: true })
  expect(resolveConfigDir({ HOME: '/h', XDG_CONFIG_HOME: '/x' })).toEqual({ dir: '/x/osa', isDefault: false })
})

test('different spellings of OSA_CONFIG_DIR mean the same folder', () => {
  const dir = '/home/ada/.config/osa'
  for (const OSA_CONFIG_DIR of [dir, `${dir}/`, '/home/ada//.config/./osa']) {
    expect(resolveConfigDir({ HOME: '/home/ada', OSA_CONFIG_DIR })).toEqual({ dir, isDefault: true })
  }
})

test('K22 a HOME that is not an absolute path is an error, and never means the working directory', () => {
  expect(() => resolveConfigDir({ HOME: '.' })).toThrow('no home folder')
})

test('K22 without a home folder, the error says what to set, and settings are used', () => {
  expect(() => resolveConfigDir({})).toThrow(expect.objectContaining({ code: 'store_unwritable' }))
  expect(resolveConfigDir({ OSA_CONFIG_DIR: '/c' }).dir).toBe('/c')
  expect(resolveConfigDir({ XDG_CONFIG_HOME: '/x' })).toEqual({ dir: '/x/osa', isDefault: false })
  expect(isDefaultConfigDir('/x/osa', {})).toBe(false)
  vi.stubEnv('HOME', '')
  expect(() => resolveConfigDir({ HOME: '' })).toThrow('no home folder')
  vi.unstubAllEnvs()
})

test("the original osa's file is used if XDG has none, so that there is only one copy", async () => {
  await using home = await makeTemporaryDir()
  const env = { HOME: home.path, XDG_CONFIG_HOME: join(home.path, 'xdg') }
  const original = join(home.path, '.config', 'osa')
  await mkdir(original, { recursive: true })
  await writeFile(join(original, 'credentials.json'), '{}')
  expect(resolveConfigDir(env).dir).toBe(original)
  await mkdir(join(env.XDG_CONFIG_HOME, 'osa'), { recursive: true })
  await writeFile(join(env.XDG_CONFIG_HOME, 'osa', 'credentials.json'), '{}')
  expect(resolveConfigDir(env).dir).toBe(join(env.XDG_CONFIG_HOME, 'osa'))
})
