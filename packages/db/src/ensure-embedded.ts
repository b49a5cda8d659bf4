/** The directory of the embedded database. */
import { chmod, readdir } from 'node:fs/promises'

/** Creates a database in `dataDir` unless one exists, and makes the directory private to its owner (0700). Lock the data directory first. */
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
