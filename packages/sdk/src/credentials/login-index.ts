/** `credentials.json` as the index of logins, to read; index-changes.ts changes it. */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Entries, findEntryKey, parseCredentials } from './credentials-file.ts'
import { readPrivateFile } from './private-file.ts'

/** The original `osa` rewrites the file in place, which leaves it empty for a moment: what makes no sense is read again before it is believed. */
const maxReads = 10
const readAgainAfterMs = 20

export interface LoginIndex {
  readonly path: string
  read(): Promise<Entries>
}

/** A server's entry, under whatever spelling it stands; undefined when there is none. */
export const entryOf = (entries: Entries, server: string): unknown => {
  const key = findEntryKey(entries, server)
  return key === null ? undefined : entries[key]
}

/** Opens the index of a config directory. */
export const openLoginIndex = ({ dir, warn }: { dir: string; warn: (text: string) => void }): LoginIndex => {
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
