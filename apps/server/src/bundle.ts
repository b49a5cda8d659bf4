/**
 * The bundle of the node: `npm run build` joins it with its packages into a few files, because finding and loading a thousand modules takes
 * half of the start-up time and a quarter of an idle node's memory. The bundle is used only while all of its source files are unchanged.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { url as debuggerUrl } from 'node:inspector'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const repository = fileURLToPath(new URL('../../../', import.meta.url))
export const bundleDirectory = fileURLToPath(new URL('../dist/bundle/', import.meta.url))

/** The source files of the bundle: paths relative to the root of the repository, and their `digestOf`. */
export interface Ingredients {
  readonly files: readonly string[]
  readonly digest: string
}

/** Returns a digest of the names and contents of files. Throws if a file cannot be read. */
export function digestOf(files: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of files) {
    const content = readFileSync(`${repository}${file}`)
    hash.update(`${file} ${content.length}\n`).update(content)
  }
  return hash.digest('hex')
}

/** Returns whether `directory` contains a bundle of the current files. */
export function isFresh(directory: string): boolean {
  try {
    const { files, digest }: Ingredients = JSON.parse(readFileSync(`${directory}ingredients.json`, 'utf8'))
    return digestOf(files) === digest
  } catch {
    return false // no bundle, or one whose source files no longer exist
  }
}

/** Loads `run` from the bundle, or from the sources if the bundle is outdated or a debugger is attached. */
export async function loadRun(): Promise<typeof import('./run.ts')> {
  const isBundled = debuggerUrl() === undefined && isFresh(bundleDirectory)
  return isBundled ? import(pathToFileURL(`${bundleDirectory}run.js`).href) : import('./run.ts')
}
