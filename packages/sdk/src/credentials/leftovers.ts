/** Removes files that killed processes left behind. Runs after a save, which never fails because of it. */
import { readdir, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** Longer than any live writer takes, and longer than a released lock exists before its removal. */
const leftAfterMs = 120_000

interface Leftovers {
  readonly dir: string
  isOne(name: string): boolean
  readonly recursive: boolean
}

/** Half-written replacements of a file, which may hold tokens. */
const replacementsOf = (path: string): Leftovers => ({
  dir: dirname(path),
  isOne: (name) => name.startsWith(`.${basename(path)}.`) && name.endsWith('.tmp'),
  recursive: false,
})

/** Released locks. They block nothing, but would accumulate. */
const endedLocksIn = (dir: string): Leftovers => ({
  dir,
  isOne: (name) => /\.(lock|refresh)\.[0-9a-f]{24}\.done$/.test(name),
  recursive: true,
})

async function removeOld(leftovers: Leftovers, nowMs: number): Promise<void> {
  const { dir, isOne, recursive } = leftovers
  // Failures are harmless (a folder cannot be listed, a file is already gone or belongs to root after a sudo): the next save tries again.
  const names = await readdir(dir).catch(() => [])
  for (const path of names.filter(isOne).map((name) => join(dir, name))) {
    const stats = await stat(path).catch(() => null)
    const isOld = stats !== null && nowMs - stats.mtimeMs > leftAfterMs
    if (isOld) await rm(path, { recursive, force: true }).catch(() => undefined)
  }
}

/** Removes old leftovers beside the credentials file `path` (links followed) of the config directory `dir`. */
export async function removeLeftovers(place: { dir: string; path: string }, nowMs: number): Promise<void> {
  const { dir, path } = place
  for (const kind of [replacementsOf(path), endedLocksIn(dir), endedLocksIn(join(dir, 'locks'))]) {
    await removeOld(kind, nowMs)
  }
}
