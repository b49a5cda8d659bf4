import { readFile } from 'node:fs/promises'

/** Returns a file's text; null if there is no such file. Rejects if it cannot be read. */
export async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
