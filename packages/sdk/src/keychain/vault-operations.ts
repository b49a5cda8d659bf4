/** Runs the helper's operations on an open vault, inside the helper process. */
import { randomHex } from '../credentials/random-hex.ts'
import type { Vault } from './bindings.ts'
import type { HelperRequest } from './helper-protocol.ts'
import type { KeychainAnswer, KeychainFailure } from './keychain.ts'

const lockedWords =
  /locked|dismissed|denied|cancell?ed|not allowed|refused by|auth(entication|orization) failed|-25308|-25293|-128\b/i

/** Classifies an error of a native module, which can only be recognized by its message. Both kinds lead to the same exit code. */
export function failureOf(error: unknown): KeychainFailure {
  const message = error instanceof Error ? error.message : String(error)
  if (lockedWords.test(message)) return { kind: 'locked', reason: 'it is locked, and nobody unlocked it' }
  if (/no result found|does not exist at path/i.test(message)) {
    return { kind: 'absent', reason: 'the Secret Service has no keyring to save in' }
  }
  const isServiceMissing = /D-?Bus|socket|connect|org\.freedesktop\.secrets/i
  if (process.platform === 'linux' && isServiceMissing.test(message)) {
    return { kind: 'absent', reason: 'the Secret Service did not answer (org.freedesktop.secrets)' }
  }
  return { kind: 'absent', reason: message.replace(/\s+/g, ' ').slice(0, 160) }
}

async function readAndRemove(vault: Vault, account: string): Promise<string | null> {
  try {
    return await vault.get(account)
  } finally {
    await vault.remove(account)
  }
}

async function probe(vault: Vault): Promise<KeychainAnswer<true>> {
  const account = `probe-${randomHex(8)}`
  const secret = randomHex(16)
  try {
    await vault.set(account, secret)
    if ((await readAndRemove(vault, account)) !== secret)
      return { failure: { kind: 'broken', reason: 'it does not return what was saved' } }
    return { value: true }
  } catch (error) {
    return { failure: failureOf(error) }
  }
}

/**
 * Returns `nothing` if the keychain is open. keytar returns the same for a missing item as for an item in a locked keyring, so this tests
 * whether the keyring accepts a new item.
 */
async function unlessLocked<T>(vault: Vault, nothing: T): Promise<KeychainAnswer<T>> {
  const open = await probe(vault)
  return 'failure' in open ? open : { value: nothing }
}

/** Carries out a request. Never throws. */
export async function operate(vault: Vault, request: HelperRequest): Promise<KeychainAnswer<unknown>> {
  try {
    if (request.verb === 'probe') return await probe(vault)
    if (request.verb === 'set') {
      await vault.set(request.account, request.secret)
      return { value: true }
    }
    if (request.verb === 'get') {
      const secret = await vault.get(request.account)
      return secret === null ? await unlessLocked(vault, null) : { value: secret }
    }
    return (await vault.remove(request.account)) ? { value: true } : await unlessLocked(vault, false)
  } catch (error) {
    return { failure: failureOf(error) }
  }
}
