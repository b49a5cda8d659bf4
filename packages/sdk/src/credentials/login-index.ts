/** Reads `credentials.json`, the index of logins. index-changes.ts changes it. */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Entries, findEntryKey, listLogins, parseCredentials, type StoredLogin } from './credentials-file.ts'
import { readPrivateFile } from './private-file.ts'

/** How often a malformed file is read before it is reported: the original `osa` rewrites the file in place, so it is empty for a moment. */
const maxReads = 10
const readAgainAfterMs = 20

export interface LoginIndex {
  readonly path: string
  read(): Promise<Entries>
}

/** Returns a server's entry, under any spelling of its address; undefined if there is none. */
export function entryOf(entries: Entries, server: string): unknown {
  const key = findEntryKey(entries, server)
  return key === null ? undefined : entries[key]
}

/** Whether two entries of a server are equal. */
const isSameEntry = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** A login as it was when a store looked at it, without opening a keychain. */
export interface SeenLogin {
  /** The login without its secrets; null if there is none. */
  readonly login: StoredLogin | null
  /** Whether the login is unchanged in entries that were read later. A function, so that the entry's secrets are not exposed. */
  readonly isStillIn: (entries: Entries) => boolean
}

/** Returns a server's login as these entries have it. */
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
  const warned = new Set<string>()
  // a mode that cannot be changed is found at every read
  const warnOnce = (text: string) => {
    if (!warned.has(text)) warn(text)
    warned.add(text)
  }
  return {
    path,
    async read() {
      for (let reads = 1; ; reads++) {
        const bytes = readPrivateFile(path, warnOnce)
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
