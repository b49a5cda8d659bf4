/** Where a new login will be kept. Decided once, before anything is sent, and told to the person; afterwards the saved entry decides. */
import { OsaError } from '../errors.ts'
import type { KeychainBackend, KeychainBinding, KeychainFailure } from './keychain.ts'
import { type KeychainSurroundings, whyNoKeychain } from './keychain-policy.ts'

/** Where a person may want a login kept. */
export const storageWishes = ['auto', 'keychain', 'file'] as const
/** One of `storageWishes`. */
export type StorageWish = (typeof storageWishes)[number]

/** Where a login goes. `isRequired`: rather nowhere than anywhere else. */
export type StorageTarget =
  | { readonly kind: 'file' }
  | { readonly kind: 'keychain'; readonly binding: KeychainBinding; readonly isRequired?: boolean }

/** A target, and what to say of it: why not the keychain, and whether one was there and failed (worth a warning). */
export interface StorageChoice {
  readonly target: StorageTarget
  readonly reason: string | null
  readonly hasFailed: boolean
}

const hints: Readonly<Record<string, string>> = {
  linux: 'Install and unlock a keyring (gnome-keyring, KWallet, KeePassXC), or use --storage file',
}

/** `store_locked` where the keychain is there and does not open, else `store_unavailable`. */
export const keychainCode = ({ kind }: KeychainFailure): 'store_locked' | 'store_unavailable' =>
  kind === 'locked' ? 'store_locked' : 'store_unavailable'

/**
 * Chooses the store. `auto` tries the keychain where the platform's rules allow it, and names the reason where it does not use it.
 * `keychain` tries it whatever the rules say, and throws `store_unavailable` or `store_locked` if it does not work.
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
