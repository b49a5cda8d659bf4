/**
 * A lock between processes: a directory, since `mkdir` is atomic everywhere, with a file inside that names the owner and is touched as a
 * heartbeat. A holder that has died is detected at once on the same machine. On another machine, or if it is suspended, it is detected after
 * 17 s of silence.
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
  /** Completes the message "Another osa process (pid 4711) has been …". */
  readonly purpose: string
  readonly signal?: AbortSignal | undefined
}

const isTaken = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EEXIST'

/** Makes this process the owner of a lock without one. Returns false if another process was faster or has removed the lock. */
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

/** Makes a lock writable for its owner, whatever the umask. Returns false if another process has removed the lock. */
async function makeWritable(path: string): Promise<boolean> {
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
  return (await makeWritable(path)) && (await sign(path, nonce))
}

/** Restores an owner file that was moved aside by mistake, unless another process has become the owner meanwhile. */
async function putBack(aside: string, path: string): Promise<void> {
  try {
    await copyFile(aside, ownerFile(path), constants.COPYFILE_EXCL)
  } catch (error) {
    if (!isTaken(error) && !isMissing(error)) throw error
  }
}

/**
 * Takes over the lock of a dead owner. The directory stays in place, so that no other process can create it meanwhile. Of several processes that
 * try, only one can move the owner file. If that file turns out to be a live owner's, it is put back.
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

/** Whether this process still holds the lock. Looks several times, because another process may move the owner file aside for a moment. */
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
    // A failed heartbeat is repaired by the next one, and a lost lock is detected on release.
    utimes(ownerFile(path), now, now).catch(() => undefined)
  }, heartbeatMs)
  heartbeat.unref()
  return {
    async release() {
      clearInterval(heartbeat)
      try {
        await end(path, nonce)
      } catch (error) {
        // The work under the lock is already done. A lock that cannot be removed (the disk is gone, for example) ends with this process.
        if (typeof (error as NodeJS.ErrnoException).code !== 'string') throw error
      }
    },
  }
}

/**
 * Waits for the lock at `path`, whose parent must exist. Returns null if `isMoot` returns true while another process holds it. Throws
 * `lock_timeout`, which names the holder, `aborted`, or `store_unwritable` if no lock can be created there.
 */
export async function acquireLockUnless(
  isMoot: () => Promise<boolean>,
  path: string,
  options: LockOptions,
): Promise<Lock | null> {
  const { timeoutMs, clock, signal } = options
  const nonce = randomHex(12)
  const isDead = createJudge()
  // A monotonic clock, since the time of day may be changed during the wait.
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

/** Waits for the lock at `path`. Throws like `acquireLockUnless`. */
export async function acquireLock(path: string, options: LockOptions): Promise<Lock> {
  const lock = await acquireLockUnless(async () => false, path, options)
  if (!lock) throw new Error('The wait for a lock ended without the lock')
  return lock
}

const lockTimeout = (path: string, sight: Sight | null, { purpose, timeoutMs }: LockOptions): OsaError =>
  new OsaError(
    'lock_timeout',
    `Another osa process (pid ${sight?.owner?.pid ?? 'unknown'}) has been ${purpose} for ${timeoutMs / 1000} s`,
    { path, hint: 'Wait for it to finish, then try again', retryable: true },
  )
