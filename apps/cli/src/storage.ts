/** The place where a login is stored: chooses it, announces it before a browser opens, and names it in output. */
import { chooseStorage, keychainService, lookAround, storageWishes } from '@osa/sdk/internal'
import { OsaError, type StorageChoice, type StorageWish, type StoredLogin } from '@osa/sdk/node'
import type { CommandContext } from './command.ts'

/** Returns `--storage`, otherwise OSA_CREDENTIAL_STORE, otherwise `auto`. Throws `usage` for an unknown place. */
export function storageWish({ flags, env }: CommandContext): StorageWish {
  const typed = flags.value('storage') ?? (env.OSA_CREDENTIAL_STORE || 'auto')
  const wish = storageWishes.find((one) => one === typed)
  if (wish) return wish
  throw new OsaError('usage', `"${typed}" is not a place to store logins`, { hint: 'Use auto, keychain or file' })
}

/** Prints where the login will be stored and, if that is not the keychain, why. Called before anything is sent. */
export function announceStorage({ io, store }: CommandContext, choice: StorageChoice): void {
  const { target, reason, hasFailed } = choice
  if (target.kind === 'keychain') {
    io.say(`Credentials will be saved in the ${store().keychainLabel}`)
    return
  }
  if (reason && hasFailed) io.warn(`No system keychain: ${reason}`)
  io.say(`Credentials will be saved in ${store().path} (only you can read it)`)
  if (reason && hasFailed) io.say('To stop: Ctrl-C.  To require the keychain: osa login --storage keychain')
  else if (reason) io.say(`No system keychain here: ${reason}. Use --storage keychain to insist.`)
}

/** Chooses and announces the place. Throws `store_unavailable` or `store_locked` if the keychain is required and does not work. */
export async function chooseAndAnnounce(context: CommandContext): Promise<StorageChoice> {
  const { env, isCi, keychain } = context
  const surroundings = lookAround(env, { platform: process.platform, isCi })
  const choice = await chooseStorage(storageWish(context), { keychain, surroundings })
  announceStorage(context, choice)
  return choice
}

/** The place in JSON documents. `reason`: why it is not the keychain. */
export const storageDocument = (
  { store }: CommandContext,
  kind: StoredLogin['storage'],
  reason: string | null = null,
) =>
  kind === 'keychain' ? { kind, service: keychainService } : { kind, path: store().path, ...(reason ? { reason } : {}) }

/** The place in texts for people. */
export const storageLabel = ({ store }: CommandContext, kind: StoredLogin['storage']): string =>
  kind === 'keychain' ? store().keychainLabel : 'credentials.json'
