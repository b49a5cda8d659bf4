/**
 * A lock between processes: `mkdir`, which is atomic everywhere, with a file inside that says whose it is and a heartbeat. A holder that
 * died is noticed at once on the same machine, and after seventeen silent seconds elsewhere or if it is suspended.
 */
import { constants } from 'node:fs'
import { chmod, copyFile, mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import { OsaError } from '../errors.ts'
import { createJudge, heartbeatMs, lookAtLock, ownerFile, readOwner, type Sight } from './lock-owner.ts'
import { explainStoreError, isMissing } from './private-file.ts'
import { randomHex } from './random-hex.ts'

const retryMs = 25

/** A held lock. */
export interface Lock {
  release(): Promise<void>
}

export interface LockOptions {
  readonly timeoutMs: number
  readonly clock: Clock
  /** Completes "Another osa process (pid 4711) has been …". */
  readonly purpose: string
  readonly signal?: AbortSignal | undefined
}

const isTaken = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EEXIST'

/** Puts this process's name into a lock that has none; false when somebody else was faster, or has taken the lock away. */
async function sign(path: string, nonce: string): Promise<boolean> {
  const owner = JSON.stringify({ pid: process.pid, host: hostname(), nonce, started: new Date().toISOString() })
  try {
    await writeFile(ownerFile(path), owner, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (isTaken(error) || isMissing(error)) return false
    throw error
  }
}

/** Whatever the umask, its owner can write into it; false when somebody else has taken the lock away. */
async function openUp(path: string): Promise<boolean> {
  try {
    await chmod(path, 0o700)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

async function tryAcquire(path: string, nonce: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if (isTaken(error)) return false
    throw error
  }
  return (await openUp(path)) && (await sign(path, nonce))
}

/** Gives a lock back whose owner file was moved aside by mistake; nothing is lost if somebody has signed it meanwhile. */
async function putBack(aside: string, path: string): Promise<void> {
  try {
    await copyFile(aside, ownerFile(path), constants.COPYFILE_EXCL)
  } catch (error) {
    if (!isTaken(error) && !isMissing(error)) throw error
  }
}

/**
 * Takes over a lock that was judged dead. Its directory stays where it is, so that nobody can create it meanwhile; of many that try,
 * one moves the dead owner's file, and what turns out to be a living one's is put back.
 */
async function takeOver(path: string, judged: Sight, nonce: string): Promise<boolean> {
  if (!judged.isSigned) return await sign(path, nonce)
  const aside = join(path, `owner.${nonce}`)
  try {
    await rename(ownerFile(path), aside)
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
  const isDead = (await readOwner(aside))?.nonce === judged.owner?.nonce
  if (!isDead) await putBack(aside, path)
  await rm(aside, { recursive: true, force: true })
  return isDead && (await sign(path, nonce))
}

/** Whether this process still has the lock. Another one may hold its owner file for a moment before it puts it back. */
async function isMine(path: string, nonce: string): Promise<boolean> {
  for (let look = 1; ; look++) {
    const owner = await readOwner(ownerFile(path))
    if (owner || look === 3) return owner?.nonce === nonce
    await delay(retryMs)
  }
}

async function end(path: string, nonce: string): Promise<void> {
  if (!(await isMine(path, nonce))) return
  const aside = `${path}.${nonce}.done`
  await rename(path, aside)
  await rm(aside, { recursive: true, force: true })
}

function hold(path: string, nonce: string): Lock {
  const heartbeat = setInterval(() => {
    const now = new Date()
    // A lost beat is made up for by the next one; a lost lock shows when it is released.
    utimes(ownerFile(path), now, now).catch(() => undefined)
  }, heartbeatMs)
  heartbeat.unref()
  return {
    async release() {
      clearInterval(heartbeat)
      try {
        await end(path, nonce)
      } catch (error) {
        // What was done under the lock is done. A lock that cannot be removed (the disk has just gone) ends with this process.
        if (typeof (error as NodeJS.ErrnoException).code !== 'string') throw error
      }
    },
  }
}

/**
 * Waits for the lock at `path` (its parent must exist), unless `isMoot` says meanwhile that it is not needed any more: then null. Throws
 * `lock_timeout` naming the holder, `aborted`, or `store_unwritable` when no lock can be made there.
 */
export async function acquireLockUnless(
  isMoot: () => Promise<boolean>,
  path: string,
  options: LockOptions,
): Promise<Lock | null> {
  const { timeoutMs, clock, signal } = options
  const nonce = randomHex(12)
  const isDead = createJudge()
  // Not the time of day, which may be set meanwhile.
  const startedAtMs = performance.now()
  try {
    for (;;) {
      if (await tryAcquire(path, nonce)) return hold(path, nonce)
      const sight = await lookAtLock(path)
      if (sight && isDead(sight, clock.now())) {
        if (await takeOver(path, sight, nonce)) return hold(path, nonce)
      } else if (await isMoot()) return null
      if (performance.now() - startedAtMs >= timeoutMs) throw lockTimeout(path, sight, options)
      await clock.sleep(retryMs + Math.random() * retryMs, signal)
    }
  } catch (error) {
    throw explainStoreError(error, path)
  }
}

/** Waits for the lock at `path`. Throws as `acquireLockUnless` does. */
export async function acquireLock(path: string, options: LockOptions): Promise<Lock> {
  const lock = await acquireLockUnless(async () => false, path, options)
  if (!lock) throw new Error('A wait that nothing can end has ended')
  return lock
}

const lockTimeout = (path: string, sight: Sight | null, { purpose, timeoutMs }: LockOptions): OsaError =>
  new OsaError(
    'lock_timeout',
    `Another osa process (pid ${sight?.owner?.pid ?? 'unknown'}) has been ${purpose} for ${timeoutMs / 1000} s`,
    { path, hint: 'Wait for it to finish, then try again', retryable: true },
  )
