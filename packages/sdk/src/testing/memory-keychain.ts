/** A keychain in memory that a test can lock or make fail. It passes the same contract tests as the real ones. */
import type {
  KeychainAnswer,
  KeychainBackend,
  KeychainBinding,
  KeychainFailure,
  KeychainItem,
} from '../keychain/keychain.ts'

/** An operation of a keychain. */
export type KeychainVerb = 'probe' | 'get' | 'set' | 'delete'

/** A keychain in memory that a test can lock or make fail. */
export interface MemoryKeychain extends KeychainBackend {
  /** All calls so far, in order. */
  readonly calls: KeychainVerb[]
  /** The saved secrets, by `binding service account`. */
  readonly items: Map<string, string>
  /** Makes all calls of an operation fail from now on; null makes them work again. */
  fail(verb: KeychainVerb, failure: KeychainFailure | null): void
  /** Makes all calls fail as if the keychain were locked. */
  lock(): void
  /** Undoes `lock`. */
  unlock(): void
  /** Applies `change` to every secret before saving it; null stops that. */
  corrupt(change: ((secret: string) => string) | null): void
  /** Runs before each call. A test can replace it, to look at the state between two steps or to throw there. */
  before: (verb: KeychainVerb) => void
}

/** The properties of the simulated keychain. */
export interface MemoryKeychainOptions {
  /** The binding that `probe` returns. `keyring` by default. */
  binding?: KeychainBinding
  /** The largest secret, in bytes. No limit by default. */
  maxBytes?: number
  /** Whether both bindings access the same items. False by default. */
  sharesItems?: boolean
}

const lockedFailure: KeychainFailure = { kind: 'locked', reason: 'it is locked, and nobody unlocked it' }

/** Creates an empty, unlocked keychain. */
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
