/** Reads which process holds a lock from the owner file in its directory, and decides when that process counts as dead. */
import type { Stats } from 'node:fs'
import { lstat, readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { OsaError } from '../errors.ts'
import { isMissing } from './private-file.ts'

export const heartbeatMs = 1000
/**
 * Longer than a refresh may take (15 s), so that a slow holder never loses its lock. Shorter than other processes wait (20 s) and than a node
 * repeats the answer to a lost refresh (30 s), so that the session survives a holder that is suspended during a refresh.
 */
const silentAfterMs = 17_000
/** Long enough for a living holder to show a heartbeat. */
const watchedForMs = 2.5 * heartbeatMs
/** A lock without an owner file counts as dead after this long. A live process writes the file within milliseconds. */
const unsignedAfterMs = 2000

export interface Owner {
  readonly pid: number
  readonly host: string
  readonly nonce: string
}

/** The state of a lock, as a waiting process sees it. */
export interface Sight {
  /** Null if there is no readable owner file: its process was killed before or while writing it, or is about to write it. */
  readonly owner: Owner | null
  /** Whether there is an owner file. */
  readonly isSigned: boolean
  /** The last sign of life. */
  readonly mtimeMs: number
}

const maxOwnerBytes = 4096

export const ownerFile = (path: string): string => join(path, 'owner')

/** Returns the owner in an owner file; null if there is none, if it is half written, or if it is not a regular file, which is not opened. */
export async function readOwner(file: string): Promise<Owner | null> {
  try {
    const stats = await lstat(file)
    if (!stats.isFile() || stats.size > maxOwnerBytes) return null
    const owner = JSON.parse(await readFile(file, 'utf8')) as Partial<Owner> | null
    if (typeof owner?.pid !== 'number' || typeof owner.host !== 'string' || typeof owner.nonce !== 'string') return null
    return { pid: owner.pid, host: owner.host, nonce: owner.nonce }
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return null
    throw error
  }
}

/** Does not follow links, since none of our files are links. */
async function statOrNull(path: string): Promise<Stats | null> {
  try {
    return await lstat(path)
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

const inTheWay = (path: string): OsaError =>
  new OsaError('store_unwritable', `${path} is not a folder, so no lock can be made there`, {
    path,
    hint: 'Move it away and try again',
  })

/** Returns the state of a lock; null if there is none. Throws `store_unwritable` if it is not a folder: a link might lead anywhere. */
export async function lookAtLock(path: string): Promise<Sight | null> {
  const folder = await statOrNull(path)
  if (folder && !folder.isDirectory()) throw inTheWay(path)
  const signature = await statOrNull(ownerFile(path))
  const seen = signature ?? folder
  if (!seen) return null
  return {
    owner: signature && (await readOwner(ownerFile(path))),
    isSigned: signature !== null,
    mtimeMs: seen.mtimeMs,
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/**
 * Returns a function that decides, during one wait, whether the holder of a lock is dead. On the same machine, a process that has ended is
 * detected at once. A holder that only looks silent must stay silent while it is watched: after the clock was set, or the computer woke up, a
 * live holder looks silent for a moment.
 */
export function createJudge() {
  let [seen, seenAtMs] = ['', 0]
  return ({ owner, mtimeMs }: Sight, nowMs: number): boolean => {
    const silentMs = Math.abs(nowMs - mtimeMs)
    if (!owner) return silentMs > unsignedAfterMs
    if (owner.host === hostname() && !isAlive(owner.pid)) return true
    const sign = `${owner.nonce} ${mtimeMs}`
    if (sign !== seen) [seen, seenAtMs] = [sign, performance.now()]
    return silentMs > silentAfterMs && performance.now() - seenAtMs > watchedForMs
  }
}
