/** A new login from the first check to the saved pair. What it replaces, or what cannot be saved after all, is ended at the server. */

import type { Network } from '../client/network.ts'
import type { CredentialStore } from '../credentials/credential-store.ts'
import type { Credential } from '../credentials/credentials-file.ts'
import { isOsaError, type OsaError } from '../errors.ts'
import type { StorageTarget } from '../keychain/choose-storage.ts'
import { withSignal } from '../signal.ts'
import { endSession } from './end-session.ts'

const lockTimeoutMs = 20_000

/** Who is signed in, as the server tells it (`me`). */
export interface SignedInUser {
  id: string
  display_name: string | null
  provider: string
  external_id: string
  roles: string[]
}

/** What a login works with. */
export interface World {
  readonly server: string
  readonly network: Network
  readonly store: CredentialStore
  readonly target: StorageTarget | undefined
  readonly signal: AbortSignal | undefined
  readonly warn: (text: string) => void
  readonly uninterrupted: <T>(work: () => Promise<T>) => Promise<T>
  /** Whether to save in the file where the keychain fails only now. */
  readonly fallBackToFile: (error: OsaError) => Promise<boolean>
}

/** Best effort: a login that is replaced or could not be kept shall not live on at the server. */
export async function endQuietly(
  { network, server, warn, uninterrupted }: World,
  credential: Credential | null,
): Promise<void> {
  const { refreshToken } = credential ?? {}
  if (!refreshToken) return
  try {
    await uninterrupted(() => endSession(network, { server, refreshToken }))
  } catch (error) {
    if (!isOsaError(error)) throw error
    warn(`Couldn't end the other session on ${server}; it ends by itself when it is not used`)
  }
}

/** Who a token belongs to. Throws `token_rejected` where the server refuses it. */
export async function askUser({ network, server, signal }: World, accessToken: string): Promise<SignedInUser> {
  const osa = await network.connect(server, { auth: accessToken })
  return await osa.me.query(undefined, withSignal(signal))
}

async function previousOf({ store, server }: World): Promise<Credential | null> {
  try {
    return await store.read(server)
  } catch (error) {
    // What cannot be read is about to be replaced; there is no token in it to end.
    if (isOsaError(error) && error.code !== 'aborted') return null
    throw error
  }
}

/** Saves alone with the server's login: a refresh going on elsewhere would overwrite it. */
async function save({ store, server, signal }: World, target: StorageTarget | undefined, credential: Credential) {
  const lock = await store.lockRefresh(server, { timeoutMs: lockTimeoutMs, signal })
  try {
    const reservation = await store.reserve(server, target)
    try {
      await reservation.commit(credential)
    } finally {
      await reservation.abandon()
    }
  } finally {
    await lock.release()
  }
}

/** Saves where it was announced. When a keychain fails only now, ask before falling back to a file. */
async function saveAsAgreed(world: World, credential: Credential): Promise<void> {
  const { target, uninterrupted, fallBackToFile } = world
  // A keychain may be waiting for a password, which a first Ctrl-C must end.
  if (target?.kind !== 'keychain') return await uninterrupted(() => save(world, target, credential))
  try {
    await save(world, target, credential)
  } catch (error) {
    if (!isOsaError(error, 'store_locked', 'store_unavailable') || !(await fallBackToFile(error))) throw error
    await uninterrupted(() => save(world, { kind: 'file' }, credential))
  }
}

const nameOf = ({ display_name, external_id }: NonNullable<Credential['user']>): string => display_name ?? external_id

/** Saves the login and ends the one it replaces. */
export async function keep(world: World, credential: Credential): Promise<void> {
  const replaced = await previousOf(world)
  await saveAsAgreed(world, credential)
  if (replaced?.refreshToken !== credential.refreshToken) await endQuietly(world, replaced)
  const [before, after] = [replaced?.user, credential.user]
  if (before && after && before.external_id !== after.external_id) {
    world.warn(`Replaced the login of ${nameOf(before)} with ${nameOf(after)} on ${world.server}`)
  }
}
