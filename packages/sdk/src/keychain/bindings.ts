/** A common interface to the two native modules. Loaded only inside the helper process, because both may block forever. */
import type { KeychainBinding } from './keychain.ts'

export interface Vault {
  get(account: string): Promise<string | null>
  set(account: string, secret: string): Promise<void>
  remove(account: string): Promise<boolean>
}

/** Opens a service's items. `keyring` throws if there is no keychain to connect to. */
export type VaultOpener = (service: string) => Promise<Vault>

/** Loads a native module, without connecting to a keychain. Throws if it is not installed. */
type BindingLoader = () => Promise<VaultOpener>

/**
 * Loads node-keytar, if the user has installed it. It connects at its first call, so one is made here, for an item that does not exist, which
 * never prompts. This is done only on Linux: other systems have no bus that could hang.
 */
const loadKeytar: BindingLoader = async () => {
  const { default: keytar } = await import('keytar')
  return async (service) => {
    if (process.platform === 'linux') await keytar.getPassword(service, `connection-test-${process.pid}`)
    return {
      get: (account) => keytar.getPassword(service, account),
      set: (account, secret) => keytar.setPassword(service, account, secret),
      remove: (account) => keytar.deletePassword(service, account),
    }
  }
}

/**
 * Loads `@napi-rs/keyring`, restricted to the Secret Service on Linux. By default it falls back to a kernel keyring, which is lost at reboot.
 * Secrets are passed as bytes: for text, Windows would store two bytes for each character.
 */
const loadKeyring: BindingLoader = async () => {
  const { AsyncEntry } = await import('@napi-rs/keyring')
  return async (service) => {
    const entry = (account: string) => new AsyncEntry(service, account, { linux: { store: 'secret-service' } })
    // Creating an entry connects, and throws if there is nothing to connect to.
    entry(`connection-test-${process.pid}`)
    return {
      async get(account) {
        const bytes = await entry(account).getSecret()
        return bytes === null ? null : Buffer.from(bytes).toString('utf8')
      },
      set: (account, secret) => entry(account).setSecret(Buffer.from(secret, 'utf8')),
      remove: (account) => entry(account).deleteCredential(),
    }
  }
}

export const bindingLoaders: Readonly<Record<KeychainBinding, BindingLoader>> = {
  keytar: loadKeytar,
  keyring: loadKeyring,
}

/** Whether a loader failed because the module is missing or cannot be loaded on this computer. */
export function isNotInstalled(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException
  const missing = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED'].includes(code ?? '')
  return missing || /cannot find (native binding|module)|failed to load native binding/i.test(message ?? '')
}
