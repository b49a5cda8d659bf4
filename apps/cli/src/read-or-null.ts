/** Files that may not be there. */
import { readFile } from 'node:fs/promises'

/** A file's text; null where there is no file. Rejects when it cannot be read. */
export async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
