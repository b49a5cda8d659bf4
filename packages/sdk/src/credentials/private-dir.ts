/** Makes the folders that logins and locks lie in. Whose a place is comes first: nothing is made in what others own or may write to. */
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

/** One folder, mode 0700 under any umask. Made one by one: with `recursive` Node calls a read-only disk ENOENT, and a umask has its way. */
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
 * Makes a private folder where there is none, parents too, and refuses one that is not private. Throws `store_unwritable`; then nothing was
 * made in somebody else's folder.
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
