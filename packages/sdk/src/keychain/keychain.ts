/** The interface of a system keychain: node-keytar's verbs, and a test of whether it works. Failures are values; only cancellation throws. */

/** The native modules that can access the keychain, by short name. Each reads only items that it has written itself. */
export const keychainBindings = ['keytar', 'keyring'] as const
/** The native module that accesses the keychain: one of `keychainBindings`. */
export type KeychainBinding = (typeof keychainBindings)[number]

/** Identifies a secret: the login of one server, saved by one binding. */
export interface KeychainItem {
  readonly service: string
  readonly account: string
  readonly binding: KeychainBinding
}

/**
 * Why a keychain operation failed.
 * - `absent`: there is no keychain, or no library to access it with
 * - `locked`: the keychain is locked, or a person refused or dismissed its prompt
 * - `silent`: the keychain did not answer in time
 * - `broken`: the keychain returned something other than what was written
 */
export interface KeychainFailure {
  readonly kind: 'absent' | 'locked' | 'silent' | 'broken'
  /** Completes a sentence after a colon: `the Secret Service did not answer`. */
  readonly reason: string
}

/** A value, or why there is none. */
export type KeychainAnswer<T> = { readonly value: T } | { readonly failure: KeychainFailure }

/** A keychain, with keytar's verbs. */
export interface KeychainBackend {
  /** The keychain's name, for messages: `macOS Keychain`. */
  readonly label: string
  /** The largest secret that the keychain accepts, in bytes; null if there is no relevant limit. */
  readonly maxBytes: number | null
  /** Whether both bindings access the same item for the same service and account (they do on macOS). */
  readonly sharesItems: boolean
  /** Tests the keychain: writes, reads back and deletes a random item. Returns the binding that worked; with `binding`, tries only that one. */
  probe(binding?: KeychainBinding): Promise<KeychainAnswer<KeychainBinding>>
  /** Returns the secret; null only if the keychain is open and has no such item. */
  getPassword(item: KeychainItem): Promise<KeychainAnswer<string | null>>
  /** Saves a secret, replacing the previous one. */
  setPassword(item: KeychainItem, secret: string): Promise<KeychainAnswer<void>>
  /** Deletes a secret. Returns false if there was none; a secret that cannot be deleted is a failure. */
  deletePassword(item: KeychainItem): Promise<KeychainAnswer<boolean>>
}
