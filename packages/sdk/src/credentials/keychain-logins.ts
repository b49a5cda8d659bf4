/** Logins as items of a keychain: their format and account names. Each write is read back before it counts. */

import { OsaError } from '../errors.ts'
import { keychainCode } from '../keychain/choose-storage.ts'
import type { KeychainBackend, KeychainBinding, KeychainFailure, KeychainItem } from '../keychain/keychain.ts'
import { keychainService } from '../keychain/system-keychain.ts'
import { type Environment, isDefaultConfigDir } from './config-dir.ts'
import { type Credential, readCredential } from './credentials-file.ts'
import { type KeychainMarks, openKeychainMarks, shortHash } from './keychain-marks.ts'
import { toStoreError } from './private-file.ts'

/**
 * Formats a login as the JSON text of an item. The person is saved in the index only. The server is saved in both: Credential Manager ignores
 * case, so two servers could share an item, and a token must never go to the other one (K24).
 */
const formatItem = (server: string, credential: Credential): string =>
  JSON.stringify({
    v: 1,
    server,
    access_token: credential.accessToken,
    ...(credential.refreshToken === null ? {} : { refresh_token: credential.refreshToken }),
    ...(credential.expiresAt === null ? {} : { expires_at: credential.expiresAt }),
    ...(credential.obtainedAt === null ? {} : { obtained_at: credential.obtainedAt }),
  })

/** Parses an item. Returns null for another server's item. Throws `malformed_credentials` if it is not ours, which affects only this server. */
function parseItem(text: string, context: { server: string; path: string }): Credential | null {
  let fields: { v?: unknown; server?: unknown } | null
  try {
    fields = JSON.parse(text)
  } catch {
    // Not JSON: refused below, without repeating the text, which may be half a secret.
    fields = null
  }
  if (fields?.v !== 1) fields = null
  // Old items have no `server`.
  const { server = context.server } = fields ?? {}
  return server === context.server ? readCredential(fields, context) : null
}

export interface KeychainLogins {
  /** Returns a login, without its person; null if the keychain is open and has no such login. Throws `store_locked`, `store_unavailable`. */
  read(server: string, binding: KeychainBinding): Promise<Credential | null>
  /** Tests that an item can be written. Throws like `read`. */
  prove(server: string, binding: KeychainBinding): Promise<void>
  /** Whether a login is too large for an item. */
  isTooLarge(server: string, credential: Credential): boolean
  /** Writes an item and reads it back, each in a separate process. Throws like `read`. */
  write(server: string, binding: KeychainBinding, credential: Credential): Promise<void>
  /** Deletes an item. Throws like `read`; the item may then still be there. */
  remove(server: string, binding: KeychainBinding): Promise<void>
  /** Deletes all items of a server except the one of `kept`. Returns whether all of them are gone. */
  removeOthers(server: string, kept: KeychainBinding | null): Promise<boolean>
}

/** Creates the error for a login that is in the keychain and cannot be read now. */
const refusal = (server: string, label: string, failure: KeychainFailure): OsaError =>
  new OsaError(keychainCode(failure), `Your login for ${server} is in the ${label}, which this session can't open`, {
    server,
    details: [failure.reason.replace(/^./, (letter) => letter.toUpperCase())],
    hint:
      failure.kind === 'locked'
        ? `Unlock it and try again. Over SSH: osa login ${server} --storage file. In scripts: OSA_TOKEN`
        : `Try again, or sign in to a file: osa login ${server} --storage file. In scripts: OSA_TOKEN`,
  })

const notSaved = (server: string, label: string, failure: KeychainFailure): OsaError =>
  new OsaError(keychainCode(failure), `The login for ${server} can't be saved in the ${label}: ${failure.reason}`, {
    server,
    hint: `Unlock it and try again, or use osa login ${server} --storage file`,
  })

const broken: KeychainFailure = { kind: 'broken', reason: 'it does not return what was saved' }

/** Opens the logins that a config directory has in a keychain. Config directories other than the default have separate accounts. */
export function openKeychainLogins(options: {
  dir: string
  env: Environment
  keychain: KeychainBackend
}): KeychainLogins {
  const { dir, env, keychain } = options
  const { label, maxBytes } = keychain
  const marks: KeychainMarks = openKeychainMarks(dir)

  const itemOf = async (server: string, binding: KeychainBinding): Promise<KeychainItem> => {
    const account = isDefaultConfigDir(dir, env) ? server : `${server}#${await shortHash(dir, 8)}`
    return { service: keychainService, account, binding }
  }
  const remove = async (server: string, binding: KeychainBinding): Promise<void> => {
    const deleted = await keychain.deletePassword(await itemOf(server, binding))
    if ('failure' in deleted) throw refusal(server, label, deleted.failure)
    await marks.remove(server, binding)
  }

  return {
    remove,
    isTooLarge: (server, credential) =>
      maxBytes !== null && Buffer.byteLength(formatItem(server, credential)) > maxBytes,
    async read(server, binding) {
      const read = await keychain.getPassword(await itemOf(server, binding))
      if ('failure' in read) throw refusal(server, label, read.failure)
      return read.value === null ? null : parseItem(read.value, { server, path: `the ${label}` })
    },
    async prove(server, binding) {
      const probed = await keychain.probe(binding)
      if ('failure' in probed) throw refusal(server, label, probed.failure)
    },
    async write(server, binding, credential) {
      const item = await itemOf(server, binding)
      const secret = formatItem(server, credential)
      await marks.add(server, binding).catch((error: unknown) => {
        throw toStoreError(error, dir)
      })
      const written = await keychain.setPassword(item, secret)
      if ('failure' in written) throw notSaved(server, label, written.failure)
      const read = await keychain.getPassword(item)
      if ('failure' in read) throw notSaved(server, label, read.failure)
      if (read.value !== secret) throw notSaved(server, label, broken)
    },
    async removeOthers(server, kept) {
      let isClean = true
      for (const binding of await marks.list(server)) {
        if (binding === kept) continue
        try {
          // If bindings share items, this may be the item to keep, so only the mark is removed.
          if (kept !== null && keychain.sharesItems) await marks.remove(server, binding)
          else await remove(server, binding)
        } catch (error) {
          if (!(error instanceof OsaError) || error.code === 'aborted') throw error
          isClean = false
        }
      }
      return isClean
    },
  }
}
