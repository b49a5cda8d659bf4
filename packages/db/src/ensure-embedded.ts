/** The directory of the embedded database, made when it is missing. */
import { chmod, readdir } from 'node:fs/promises'

/** Makes a new database in `dataDir` unless one is there, and keeps it to its owner. Lock the directory first. */
export async function ensureEmbedded(dataDir: string): Promise<void> {
  if (await isEmpty(dataDir)) {
    const { makeInPlace } = await import('./embedded-template.ts')
    await makeInPlace(dataDir)
  }
  await chmod(dataDir, 0o700)
}

async function isEmpty(directory: string): Promise<boolean> {
  try {
    return (await readdir(directory)).length === 0
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return true
    throw error
  }
}
