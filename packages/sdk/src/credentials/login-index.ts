/** `credentials.json` as the index of logins, to read; index-changes.ts changes it. */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Entries, findEntryKey, listLogins, parseCredentials, type StoredLogin } from './credentials-file.ts'
import { readPrivateFile } from './private-file.ts'

/** The original `osa` rewrites the file in place, which leaves it empty for a moment: what makes no sense is read again before it is believed. */
const maxReads = 10
const readAgainAfterMs = 20

export interface LoginIndex {
  readonly path: string
  read(): Promise<Entries>
}

/** A server's entry, under whatever spelling it stands; undefined when there is none. */
export function entryOf(entries: Entries, server: string): unknown {
  const key = findEntryKey(entries, server)
  return key === null ? undefined : entries[key]
}

/** Whether two entries of a server, as the file holds them, are one and the same. */
const isSameEntry = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** What a store says of a login without opening a keychain. */
export interface SeenLogin {
  /** Without its secrets; null when there is none. */
  readonly login: StoredLogin | null
  /** Whether these entries of the index, read later, still have the login as it was. A question, since an entry holds secrets. */
  readonly isStillIn: (entries: Entries) => boolean
}

/** What the entries of an index say of a login. */
export function lookAt(entries: Entries, server: string): SeenLogin {
  const entry = entryOf(entries, server)
  return {
    login: listLogins({ [server]: entry })[0] ?? null,
    isStillIn: (later) => isSameEntry(entryOf(later, server), entry),
  }
}

/** Opens the index of a config directory. */
export function openLoginIndex({ dir, warn }: { dir: string; warn: (text: string) => void }): LoginIndex {
  const path = join(dir, 'credentials.json')
  return {
    path,
    async read() {
      for (let reads = 1; ; reads++) {
        const bytes = readPrivateFile(path, warn)
        try {
          return bytes === null ? {} : parseCredentials(bytes, path)
        } catch (error) {
          if (reads === maxReads) throw error
        }
        await delay(readAgainAfterMs)
      }
    },
  }
}
