/** What a system keychain can be asked: node-keytar's verbs, and whether it works at all. Failures are values; only Ctrl-C throws, as everywhere. */

/** The native module that talks to the keychain. Each reads only what it has written itself. */
export const keychainBindings = ['keytar', 'keyring'] as const
/** Which library speaks to the keychain. */
export type KeychainBinding = (typeof keychainBindings)[number]

/** One secret's place: a login of one server, kept by one binding. */
export interface KeychainItem {
  readonly service: string
  readonly account: string
  readonly binding: KeychainBinding
}

/**
 * Why a keychain did not do what was asked.
 * - `absent`: there is none here, or nothing to talk to it with
 * - `locked`: it is there and does not open: locked, refused, dismissed
 * - `silent`: it did not answer in time
 * - `broken`: it answered, but not truthfully: what was read is not what was written
 */
export interface KeychainFailure {
  readonly kind: 'absent' | 'locked' | 'silent' | 'broken'
  /** Ends a sentence after a colon: `the Secret Service did not answer`. */
  readonly reason: string
}

/** A value, or why there is none. */
export type KeychainAnswer<T> = { readonly value: T } | { readonly failure: KeychainFailure }

/** A keychain, with keytar's verbs. */
export interface KeychainBackend {
  /** What people call it here: `macOS Keychain`. */
  readonly label: string
  /** The largest secret it takes, in bytes; null where there is no limit that matters. */
  readonly maxBytes: number | null
  /** Whether both bindings mean the same item by the same service and account (they do on macOS). */
  readonly sharesItems: boolean
  /** Writes, reads back and deletes a random item. Answers the binding that did it; `binding` asks for that one only. */
  probe(binding?: KeychainBinding): Promise<KeychainAnswer<KeychainBinding>>
  /** The secret; null only if the keychain is open and holds none. */
  getPassword(item: KeychainItem): Promise<KeychainAnswer<string | null>>
  /** Stores a secret, replacing what was there. */
  setPassword(item: KeychainItem, secret: string): Promise<KeychainAnswer<void>>
  /** False when there was none; a secret that could not be deleted is a failure. */
  deletePassword(item: KeychainItem): Promise<KeychainAnswer<boolean>>
}
