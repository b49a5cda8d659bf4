/** Chooses where to save a new login. This is done once, before anything is sent, and shown to the person. Later, the saved entry decides. */
import { OsaError } from '../errors.ts'
import type { KeychainBackend, KeychainBinding, KeychainFailure } from './keychain.ts'
import { type KeychainSurroundings, whyNoKeychain } from './keychain-policy.ts'

/** The values of the option `storage`. */
export const storageWishes = ['auto', 'keychain', 'file'] as const
/** Where a login should be saved: one of `storageWishes`. */
export type StorageWish = (typeof storageWishes)[number]

/** Where a login is saved. With `isRequired`, it must not be saved anywhere else. */
export type StorageTarget =
  | { readonly kind: 'file' }
  | { readonly kind: 'keychain'; readonly binding: KeychainBinding; readonly isRequired?: boolean }

/** Where a login will be saved, and why. */
export interface StorageChoice {
  readonly target: StorageTarget
  /** Why the keychain is not used; null if it is, or if `file` was requested. */
  readonly reason: string | null
  /** True if a keychain was tried and failed, which deserves a warning. */
  readonly hasFailed: boolean
}

const hints: Readonly<Record<string, string>> = {
  linux: 'Install and unlock a keyring (gnome-keyring, KWallet, KeePassXC), or use --storage file',
}

/** Returns the code for a failed keychain: `store_locked` if it exists but is locked, else `store_unavailable`. */
export const keychainCode = ({ kind }: KeychainFailure): 'store_locked' | 'store_unavailable' =>
  kind === 'locked' ? 'store_locked' : 'store_unavailable'

/**
 * Chooses where to save a login. `auto` tries the keychain if the rules for the platform allow it, and gives a reason if it uses the file.
 * `keychain` always tries the keychain, and throws `store_unavailable` or `store_locked` if it does not work.
 */
export async function chooseStorage(
  wish: StorageWish,
  { keychain, surroundings }: { keychain: KeychainBackend; surroundings: KeychainSurroundings },
): Promise<StorageChoice> {
  const file = { kind: 'file' } as const
  if (wish === 'file') return { target: file, reason: null, hasFailed: false }
  const isRequired = wish === 'keychain'
  const ruledOut = isRequired ? null : whyNoKeychain(surroundings)
  if (ruledOut) return { target: file, reason: ruledOut, hasFailed: false }
  const probed = await keychain.probe()
  if ('value' in probed) {
    return { target: { kind: 'keychain', binding: probed.value, isRequired }, reason: null, hasFailed: false }
  }
  const { failure } = probed
  if (!isRequired) return { target: file, reason: failure.reason, hasFailed: true }
  throw new OsaError(keychainCode(failure), `The system keychain can't be used: ${failure.reason}`, {
    hint: hints[surroundings.platform] ?? 'Unlock it and try again, or use --storage file',
  })
}
