/** Saved logins in memory: a test needs no HOME, no file and no keychain. */
import type { CredentialStore } from '../credentials/credential-store.ts'
import { secretStore } from '../credentials/secret-store.ts'

/** A store whose content a test may look at. */
export interface MemoryStore extends CredentialStore {
  /** What `credentials.json` would hold. */
  snapshot(): Record<string, unknown>
}

/** Makes a store; `logins` are entries by server, such as `FakeOsaServer.issue()` makes. */
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
