/** Saved logins in memory, for tests without a HOME, files or a keychain. */
import type { CredentialStore } from '../credentials/credential-store.ts'
import { secretStore } from '../credentials/secret-store.ts'

/** A store in memory whose content a test can inspect. */
export interface MemoryStore extends CredentialStore {
  /** Returns a copy of the content, in the format of `credentials.json`. */
  snapshot(): Record<string, unknown>
}

/** Creates a store. `logins` are the initial entries by server, such as those from `FakeOsaServer.issue()`. */
export function memoryStore(logins: Readonly<Record<string, unknown>> = {}): MemoryStore {
  let entries: Record<string, unknown> = structuredClone({ ...logins })
  const store = secretStore({
    name: '(in memory)',
    load: () => entries,
    save: (changed) => {
      entries = changed
    },
  })
  return { ...store, snapshot: () => structuredClone(entries) }
}
