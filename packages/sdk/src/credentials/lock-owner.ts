/** Who holds a lock, as the file in its directory says, and when that counts no more. */
import type { Stats } from 'node:fs'
import { lstat, readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { OsaError } from '../errors.ts'
import { isMissing } from './private-file.ts'

export const heartbeatMs = 1000
/**
 * More than a refresh may take (15 s), so that a slow holder is never robbed; less than others wait for it (20 s) and than a node repeats
 * the answer to a lost refresh (30 s), so that a holder that was suspended during one costs nobody the session.
 */
const silentAfterMs = 17_000
/** Long enough for a living holder to show a heartbeat. */
const watchedForMs = 2.5 * heartbeatMs
/** An owner file follows its directory within milliseconds. */
const unsignedAfterMs = 2000

export interface Owner {
  readonly pid: number
  readonly host: string
  readonly nonce: string
}

/** A lock as somebody sees it who waits for it. */
export interface Sight {
  /** Null where the lock is not signed, or not legibly: its holder was killed in the middle of that, or is about to do it. */
  readonly owner: Owner | null
  /** Whether there is an owner file at all. */
  readonly isSigned: boolean
  /** The last sign of life. */
  readonly mtimeMs: number
}

const maxOwnerBytes = 4096

export const ownerFile = (path: string): string => join(path, 'owner')

/** The owner that a file names; null where there is none, it is half written, or something else lies there, which is not opened. */
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

/** Links are not followed: nothing of ours is one. */
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

/** Looks at a lock; null when there is none. Throws `store_unwritable` for anything but a folder in its place: a link might lead anywhere. */
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
 * Makes the judge of one wait: whether nobody holds the lock any more. A holder that died is noticed at once on the same machine. One that
 * only looks silent has to stay so while it is watched: a clock that was set, or a computer that has just woken up, makes a living holder
 * look silent for a moment.
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
