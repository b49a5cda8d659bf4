/**
 * Records which servers have, or may have, an item in the keychain, and by which binding. A mark is written before its item and removed after
 * it. With the marks, an item is found again after a crash, or after another tool has replaced the entry that pointed to it, without searching
 * keychains that were never used.
 */
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type KeychainBinding, keychainBindings } from '../keychain/keychain.ts'
import { makePrivateDir } from './private-dir.ts'
import { isMissing } from './private-file.ts'

export interface KeychainMarks {
  list(server: string): Promise<KeychainBinding[]>
  add(server: string, binding: KeychainBinding): Promise<void>
  remove(server: string, binding: KeychainBinding): Promise<void>
}

/** Returns the first hexadecimal digits of a text's SHA-256, for file names and accounts. */
export async function shortHash(text: string, digits: number): Promise<string> {
  // Loaded on demand: it takes more start-up time than everything else in this file.
  const { createHash } = await import('node:crypto')
  return createHash('sha256').update(text).digest('hex').slice(0, digits)
}

/** Opens the marks of a config directory: empty files, named by a hash of the server. */
export function openKeychainMarks(configDir: string): KeychainMarks {
  const dir = join(configDir, 'keychain-items')
  const nameOf = async (server: string, binding: KeychainBinding): Promise<string> =>
    `${await shortHash(server, 16)}.${binding}`
  return {
    async list(server) {
      try {
        const names = await readdir(dir)
        const wanted = await Promise.all(keychainBindings.map((binding) => nameOf(server, binding)))
        return keychainBindings.filter((_, index) => names.includes(wanted[index] ?? ''))
      } catch (error) {
        if (isMissing(error)) return []
        throw error
      }
    },
    async add(server, binding) {
      await makePrivateDir(dir)
      await writeFile(join(dir, await nameOf(server, binding)), '', { mode: 0o600 })
    },
    remove: async (server, binding) => rm(join(dir, await nameOf(server, binding)), { force: true }),
  }
}
