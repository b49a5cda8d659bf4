/**
 * Notes which servers have, or may have, an item in the keychain, and by which binding: written before the item, removed after it. So an item
 * is found again after a crash and after another tool has replaced the entry that pointed at it, and nobody else's keychain is ever asked.
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

/** Hexadecimal digits that stand for a text in a file name or an account. */
export async function shortHash(text: string, digits: number): Promise<string> {
  // Loaded here: it costs more start-up time than everything else in this file.
  const { createHash } = await import('node:crypto')
  return createHash('sha256').update(text).digest('hex').slice(0, digits)
}

/** The notes of a config directory: empty files, named by a hash of the server. */
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
