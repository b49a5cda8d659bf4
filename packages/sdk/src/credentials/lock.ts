/**
 * A lock between processes: `mkdir`, which is atomic everywhere, with a file inside that says whose it is and a heartbeat. A holder that
 * died is noticed at once on the same machine, and after thirty silent seconds elsewhere.
 */
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { OsaError } from '../errors.ts'
import { isMissing, toStoreError } from './private-file.ts'
import { randomHex } from './random-hex.ts'

const heartbeatMs = 1000
/** More than a refresh may take (15 s), so that a slow holder is never robbed. */
const silentAfterMs = 30_000
/** An owner file follows its directory within milliseconds. */
const ownerlessAfterMs = 2000
const retryMs = 25
/** Long past the moment that a lock is aside between its end and its removal. */
const spentAfterMs = 120_000

interface Owner {
  pid: number
  host: string
  nonce: string
}

/** A held lock. */
export interface Lock {
  release(): Promise<void>
}

const readOwner = async (path: string): Promise<Owner | null> => {
  try {
    const owner = JSON.parse(await readFile(join(path, 'owner'), 'utf8')) as Partial<Owner> | null
    if (typeof owner?.pid !== 'number' || typeof owner.host !== 'string' || typeof owner.nonce !== 'string') return null
    return { pid: owner.pid, host: owner.host, nonce: owner.nonce }
  } catch (error) {
    // Not there yet or half written: judged by its age like any lock that nobody signs.
    if (isMissing(error) || error instanceof SyntaxError) return null
    throw error
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

/** Whether nobody holds the lock any more, as far as `owner` and its last sign of life tell. */
const isStale = async (path: string, owner: Owner | null, nowMs: number): Promise<boolean> => {
  if (owner && owner.host === hostname() && !isAlive(owner.pid)) return true
  try {
    const { mtimeMs } = await stat(owner ? join(path, 'owner') : path)
    return nowMs - mtimeMs > (owner ? silentAfterMs : ownerlessAfterMs)
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

/** Takes a dead lock out of the way, unless it has changed hands since it was judged: then it is put back. */
const removeStale = async (path: string, judged: Owner | null, nonce: string): Promise<void> => {
  const aside = `${path}.${nonce}.stale`
  try {
    await rename(path, aside)
  } catch (error) {
    if (isMissing(error)) return
    throw error
  }
  const found = await readOwner(aside)
  if (found?.nonce === judged?.nonce) return await rm(aside, { recursive: true, force: true })
  await rename(aside, path).catch(() => rm(aside, { recursive: true, force: true })) // taken anew meanwhile
}

const tryAcquire = async (path: string, nonce: string): Promise<boolean> => {
  try {
    await mkdir(path, { mode: 0o700 })
    await writeFile(join(path, 'owner'), JSON.stringify({ pid: process.pid, host: hostname(), nonce }), {
      flag: 'wx',
      mode: 0o600,
    })
    return true
  } catch (error) {
    // Somebody else was first, or has taken an unsigned directory away while this process slept.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' || isMissing(error)) return false
    throw error
  }
}

const hold = (path: string, nonce: string): Lock => {
  const heartbeat = setInterval(() => {
    const now = new Date()
    // A lost beat is made up for by the next one; a lost lock shows when it is released.
    utimes(join(path, 'owner'), now, now).catch(() => undefined)
  }, heartbeatMs)
  heartbeat.unref()
  return {
    async release() {
      clearInterval(heartbeat)
      const owner = await readOwner(path)
      if (owner?.nonce !== nonce) return
      const aside = `${path}.${nonce}.done`
      await rename(path, aside)
      await rm(aside, { recursive: true, force: true })
    },
  }
}

/** Removes the ended locks in `dir` whose processes were killed before they could. They hold nobody up, but would pile up. */
export const removeSpentLocks = async (dir: string, nowMs: number): Promise<void> => {
  for (const name of await readdir(dir)) {
    if (!/\.(lock|refresh)\.[0-9a-f]{24}\.(done|stale)$/.test(name)) continue
    const spent = join(dir, name)
    const stats = await stat(spent).catch(() => null) // gone meanwhile: another process cleans up too
    if (stats && nowMs - stats.mtimeMs > spentAfterMs) await rm(spent, { recursive: true, force: true })
  }
}

/**
 * Waits for the lock at `path` (its parent must exist). Throws `lock_timeout` naming the holder, `aborted`, or `store_unwritable` when no
 * lock can be made there. `purpose` completes "Another osa process (pid 4711) has been …".
 */
export const acquireLock = async (
  path: string,
  options: { timeoutMs: number; clock: Clock; purpose: string; signal?: AbortSignal | undefined },
): Promise<Lock> => {
  const { timeoutMs, clock, purpose, signal } = options
  const nonce = randomHex(12)
  const startedAtMs = clock.now()
  try {
    for (;;) {
      if (await tryAcquire(path, nonce)) return hold(path, nonce)
      const owner = await readOwner(path)
      if (await isStale(path, owner, clock.now())) await removeStale(path, owner, nonce)
      else if (clock.now() - startedAtMs >= timeoutMs) throw lockTimeout(path, owner, purpose, timeoutMs)
      else await clock.sleep(retryMs + Math.random() * retryMs, signal)
    }
  } catch (error) {
    throw toStoreError(error, path)
  }
}

const lockTimeout = (path: string, owner: Owner | null, purpose: string, timeoutMs: number): OsaError =>
  new OsaError(
    'lock_timeout',
    `Another osa process (pid ${owner?.pid ?? 'unknown'}) has been ${purpose} for ${timeoutMs / 1000} s`,
    { path, hint: 'Wait for it to finish, then try again', retryable: true },
  )
