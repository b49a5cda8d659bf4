/** The two native modules behind one face. Loaded only inside the helper process: either may block for good. */
import type { KeychainBinding } from './keychain.ts'

export interface Vault {
  get(account: string): Promise<string | null>
  set(account: string, secret: string): Promise<void>
  remove(account: string): Promise<boolean>
}

/** Opens a service's items. Throws, for `keyring`, when there is no keychain to talk to. */
export type VaultOpener = (service: string) => Promise<Vault>

/** Loads a native module, which is a matter of this machine, and talks to nobody yet. Throws when it is not installed. */
type BindingLoader = () => Promise<VaultOpener>

/**
 * node-keytar, where a person has installed it. It opens no connection before the first call, so one is made here, for an item that
 * does not exist: that never prompts. On Linux only, since elsewhere there is no bus that could hang.
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
 * `@napi-rs/keyring`, held to the Secret Service on Linux: left alone it falls back to a kernel keyring that forgets at reboot. Secrets
 * go as bytes: as text, Windows would store two bytes for each character.
 */
const loadKeyring: BindingLoader = async () => {
  const { AsyncEntry } = await import('@napi-rs/keyring')
  return async (service) => {
    const entry = (account: string) => new AsyncEntry(service, account, { linux: { store: 'secret-service' } })
    // Constructing one connects, and throws where there is nothing to connect to.
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

/** Whether an error of a loader says that the module itself is missing or cannot be loaded on this computer. */
export function isNotInstalled(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException
  const missing = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED'].includes(code ?? '')
  return missing || /cannot find (native binding|module)|failed to load native binding/i.test(message ?? '')
}
