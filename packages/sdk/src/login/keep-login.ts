/** Saves a new login. The session that it replaces, or that cannot be saved after all, is ended at the server. */

import type { Network } from '../client/network.ts'
import type { CredentialStore } from '../credentials/credential-store.ts'
import type { Credential } from '../credentials/credentials-file.ts'
import { isOsaError, type OsaError } from '../errors.ts'
import type { StorageTarget } from '../keychain/choose-storage.ts'
import { withSignal } from '../signal.ts'
import { endSession } from './end-session.ts'

const lockTimeoutMs = 20_000

/** The signed-in person, as the server's `me` returns it. */
export interface SignedInUser {
  id: string
  display_name: string | null
  provider: string
  external_id: string
  roles: string[]
}

/** The settings of a login, with defaults applied. */
export interface World {
  readonly server: string
  readonly network: Network
  readonly store: CredentialStore
  readonly target: StorageTarget | undefined
  readonly signal: AbortSignal | undefined
  readonly warn: (text: string) => void
  readonly uninterrupted: <T>(work: () => Promise<T>) => Promise<T>
  /** Asks whether to save in the file when the keychain fails after the approval. */
  readonly fallBackToFile: (error: OsaError) => Promise<boolean>
}

/** Ends a session that was replaced or could not be saved. If the server cannot be reached, only warns. */
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
    warn(`Couldn't end the other session on ${server}; it will expire if it is not used`)
  }
}

/** Returns the person that a token belongs to. Throws `token_rejected` if the server rejects it. */
export async function askUser({ network, server, signal }: World, accessToken: string): Promise<SignedInUser> {
  const osa = await network.connect(server, { auth: accessToken })
  return await osa.me.query(undefined, withSignal(signal))
}

async function previousOf({ store, server }: World): Promise<Credential | null> {
  try {
    return await store.read(server)
  } catch (error) {
    // An unreadable login is about to be replaced, and has no token by which to end its session.
    if (isOsaError(error) && error.code !== 'aborted') return null
    throw error
  }
}

/** Saves the login while holding the refresh lock, because a refresh in another process would overwrite it. */
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

/** Saves to the announced target. If a keychain fails now, asks before falling back to a file. */
async function saveAsAgreed(world: World, credential: Credential): Promise<void> {
  const { target, uninterrupted, fallBackToFile } = world
  // A keychain may be waiting for a password, and Ctrl-C must be able to cancel that.
  if (target?.kind !== 'keychain') return await uninterrupted(() => save(world, target, credential))
  try {
    await save(world, target, credential)
  } catch (error) {
    if (!isOsaError(error, 'store_locked', 'store_unavailable') || !(await fallBackToFile(error))) throw error
    await uninterrupted(() => save(world, { kind: 'file' }, credential))
  }
}

const nameOf = ({ display_name, external_id }: NonNullable<Credential['user']>): string => display_name ?? external_id

/** Saves a login and ends the session of the one that it replaces. */
export async function keep(world: World, credential: Credential): Promise<void> {
  const replaced = await previousOf(world)
  await saveAsAgreed(world, credential)
  if (replaced?.refreshToken !== credential.refreshToken) await endQuietly(world, replaced)
  const [before, after] = [replaced?.user, credential.user]
  if (before && after && before.external_id !== after.external_id) {
    world.warn(`Replaced the login of ${nameOf(before)} with ${nameOf(after)} on ${world.server}`)
  }
}
