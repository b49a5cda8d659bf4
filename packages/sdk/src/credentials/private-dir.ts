/** Creates the folders for logins and locks, after checking that no other user owns the place or can write to it. */
import { lstatSync, statSync } from 'node:fs'
import { chmod, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { checkParentDir, checkPrivateDir, explainStoreError, isMissing } from './private-file.ts'

function isThere(path: string): boolean {
  try {
    lstatSync(path)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

/** Creates one folder, mode 0700 under any umask. Not `recursive`, with which Node reports a read-only disk as ENOENT and applies the umask. */
async function makeDir(dir: string): Promise<void> {
  try {
    await mkdir(dir, { mode: 0o700 })
  } catch (error) {
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !statSync(dir).isDirectory()) throw error
    return
  }
  await chmod(dir, 0o700)
}

/**
 * Creates a private folder and its parents, unless it exists. Throws `store_unwritable` if it is not private, or if it would be in another
 * user's folder, where nothing is then created.
 */
export async function makePrivateDir(dir: string): Promise<void> {
  try {
    if (isThere(dir)) return checkPrivateDir(dir)
    const missing = [dir]
    let parent = dirname(dir)
    for (; !isThere(parent); parent = dirname(parent)) missing.unshift(parent)
    checkParentDir(parent)
    for (const one of missing) await makeDir(one)
    checkPrivateDir(dir)
  } catch (error) {
    throw explainStoreError(error, dir)
  }
}
