import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeTemporaryDir } from '../testing/index.ts'
import { resolveConfigDir } from './config-dir.ts'

test('K22: OSA_CONFIG_DIR must be absolute; a relative XDG_CONFIG_HOME is ignored', () => {
  expect(resolveConfigDir({ HOME: '/h', OSA_CONFIG_DIR: '/c' })).toEqual({ dir: '/c', isDefault: false })
  expect(() => resolveConfigDir({ HOME: '/h', OSA_CONFIG_DIR: 'c' })).toThrow('absolute')
  expect(resolveConfigDir({ HOME: '/h', XDG_CONFIG_HOME: 'x' })).toEqual({ dir: '/h/.config/osa', isDefault: true })
  expect(resolveConfigDir({ HOME: '/h', XDG_CONFIG_HOME: '/x' })).toEqual({ dir: '/x/osa', isDefault: false })
})

test('K22: a HOME that is no absolute path is an error, never the working directory', () => {
  expect(() => resolveConfigDir({ HOME: '.' })).toThrow('no home folder')
})

test('C21: the file of the original osa is used where XDG has none, so that there is one copy only', async () => {
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
