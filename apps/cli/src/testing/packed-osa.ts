/** `osa` as `npm install` installs it: only the package's files and its optional dependency, without keytar. */
import { cp, mkdir, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeTemporaryDir } from '@osa/sdk/testing'

const packageFolder = fileURLToPath(new URL('../..', import.meta.url))

export interface PackedOsa extends AsyncDisposable {
  readonly program: string
  /** The program that uses the keychain. */
  readonly helper: string
}

/** Makes such an installation; dispose it with `await using`. */
export async function installOsa(): Promise<PackedOsa> {
  const temporary = await makeTemporaryDir()
  const modules = join(temporary.path, 'node_modules')
  const installed = join(modules, '@osa', 'cli')
  await mkdir(installed, { recursive: true })
  for (const part of ['bin', 'dist', 'template', 'package.json']) {
    await cp(join(packageFolder, part), join(installed, part), { recursive: true })
  }
  await mkdir(join(modules, '@napi-rs'))
  const keyring = dirname(createRequire(import.meta.url).resolve('@napi-rs/keyring/package.json'))
  await symlink(keyring, join(modules, '@napi-rs', 'keyring'))
  return {
    program: join(installed, 'bin', 'osa.js'),
    helper: join(installed, 'dist', 'keychain-helper.cjs'),
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  }
}
