/** A keychain in memory, which a test can lock, silence or make lie. It passes the contract that the real ones pass. */
import type {
  KeychainAnswer,
  KeychainBackend,
  KeychainBinding,
  KeychainFailure,
  KeychainItem,
} from '../keychain/keychain.ts'

/** What may be asked of a keychain. */
export type KeychainVerb = 'probe' | 'get' | 'set' | 'delete'

/** A keychain that a test can lock, silence or make lie. */
export interface MemoryKeychain extends KeychainBackend {
  /** Every call, in order. */
  readonly calls: KeychainVerb[]
  /** What is stored: `binding service account` to secret. */
  readonly items: Map<string, string>
  /** The next calls of a verb fail so; null ends it. */
  fail(verb: KeychainVerb, failure: KeychainFailure | null): void
  /** Everything fails as a locked keychain does. */
  lock(): void
  /** Undoes `lock`. */
  unlock(): void
  /** What is stored differs from what was given. */
  corrupt(change: ((secret: string) => string) | null): void
  /** Called before each call: to look at the world between two steps, or to end it there. */
  before: (verb: KeychainVerb) => void
}

/** What kind of keychain it plays. */
export interface MemoryKeychainOptions {
  binding?: KeychainBinding
  maxBytes?: number
  sharesItems?: boolean
}

const lockedFailure: KeychainFailure = { kind: 'locked', reason: 'it is locked, and nobody unlocked it' }

/** Makes an empty, open keychain. */
export function createMemoryKeychain(options: MemoryKeychainOptions = {}): MemoryKeychain {
  const { binding = 'keyring', maxBytes = null, sharesItems = false } = options
  const items = new Map<string, string>()
  const calls: KeychainVerb[] = []
  const failures = new Map<KeychainVerb, KeychainFailure>()
  let isLocked = false
  let distort: ((secret: string) => string) | null = null
  const keyOf = (item: KeychainItem): string => `${sharesItems ? 'any' : item.binding} ${item.service} ${item.account}`

  const answer = <T>(verb: KeychainVerb, give: () => T): KeychainAnswer<T> => {
    keychain.before(verb)
    calls.push(verb)
    const failure = isLocked ? lockedFailure : failures.get(verb)
    return failure ? { failure } : { value: give() }
  }
  const keychain: MemoryKeychain = {
    label: 'Memory keychain',
    maxBytes,
    sharesItems,
    calls,
    items,
    before: () => undefined,
    fail: (verb, failure) => void (failure ? failures.set(verb, failure) : failures.delete(verb)),
    lock: () => {
      isLocked = true
    },
    unlock: () => {
      isLocked = false
    },
    corrupt: (change) => {
      distort = change
    },
    probe: async (wanted) => answer('probe', () => wanted ?? binding),
    getPassword: async (item) => answer('get', () => items.get(keyOf(item)) ?? null),
    setPassword: async (item, secret) =>
      answer('set', () => void items.set(keyOf(item), distort ? distort(secret) : secret)),
    deletePassword: async (item) => answer('delete', () => items.delete(keyOf(item))),
  }
  return keychain
}
