/** Who holds a lock, as the file in its directory says, and when that counts no more. */
import { readFile, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { isMissing } from './private-file.ts'

export const heartbeatMs = 1000
/**
 * More than a refresh may take (15 s), so that a slow holder is never robbed; less than others wait for it (20 s) and than a node repeats
 * the answer to a lost refresh (30 s), so that a holder that was suspended amid one costs nobody the session.
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

export const ownerFile = (path: string): string => join(path, 'owner')

/** The owner that a file names; null where there is none or it is half written. */
export const readOwner = async (file: string): Promise<Owner | null> => {
  try {
    const owner = JSON.parse(await readFile(file, 'utf8')) as Partial<Owner> | null
    if (typeof owner?.pid !== 'number' || typeof owner.host !== 'string' || typeof owner.nonce !== 'string') return null
    return { pid: owner.pid, host: owner.host, nonce: owner.nonce }
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return null
    throw error
  }
}

const statOrNull = async (path: string): Promise<{ mtimeMs: number } | null> => {
  try {
    return await stat(path)
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Looks at a lock; null when there is none. */
export const lookAtLock = async (path: string): Promise<Sight | null> => {
  const signature = await statOrNull(ownerFile(path))
  const seen = signature ?? (await statOrNull(path))
  if (!seen) return null
  return {
    owner: signature && (await readOwner(ownerFile(path))),
    isSigned: signature !== null,
    mtimeMs: seen.mtimeMs,
  }
}

const isAlive = (pid: number): boolean => {
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
export const createJudge = () => {
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
