/** Saved logins in memory: a test needs no HOME, no file and no keychain. */
import type { CredentialStore } from '../credentials/credential-store.ts'
import {
  type Credential,
  type Entries,
  findEntryKey,
  listLogins,
  readCredential,
  withCredential,
  withoutCredential,
} from '../credentials/credentials-file.ts'
import type { Lock } from '../credentials/lock.ts'
import { lookAt } from '../credentials/login-index.ts'

/** A store whose content a test may look at. */
export interface MemoryStore extends CredentialStore {
  /** What `credentials.json` would hold. */
  snapshot(): Record<string, unknown>
}

/** Makes a store; `logins` are entries by server, such as `FakeOsaServer.issue()` makes. */
export function memoryStore(logins: Readonly<Record<string, unknown>> = {}): MemoryStore {
  let entries: Entries = structuredClone({ ...logins })
  let lastLock: Promise<void> = Promise.resolve()
  const path = '(in memory)'
  const lockRefresh = async (): Promise<Lock> => {
    const before = lastLock
    let release = (): void => undefined
    lastLock = new Promise((done) => {
      release = done
    })
    await before
    return { release: async () => release() }
  }
  return {
    path,
    keychainLabel: 'no keychain',
    snapshot: () => structuredClone(entries),
    list: async () => listLogins(entries),
    look: async (server) => lookAt(entries, server),
    read: async (server) => {
      const key = findEntryKey(entries, server)
      return key === null ? null : readCredential(entries[key], { server, path })
    },
    reserve: async (server) => {
      const seen = lookAt(entries, server)
      const commit = async (credential: Credential): Promise<void> => {
        entries = withCredential(entries, server, credential)
      }
      return {
        commit,
        async commitUnlessChanged(credential) {
          if (!seen.isStillIn(entries)) return false
          await commit(credential)
          return true
        },
        abandon: async () => undefined,
      }
    },
    remove: async (server) => {
      const isThere = findEntryKey(entries, server) !== null
      entries = withoutCredential(entries, server)
      return isThere
    },
    lockRefresh,
    // One process, one after the other: whoever waited looks again anyway.
    lockRefreshUnlessChanged: () => lockRefresh(),
    setAsideUnreadable: async () => null,
  }
}
