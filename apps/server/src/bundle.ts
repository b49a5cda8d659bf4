/**
 * The node as `npm run build` joins it with its packages into a few files: to find and load a thousand modules is half of what a start costs,
 * and a quarter of an idle node's memory. It is used only as long as everything it was made from is as it was then.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { url as debuggerUrl } from 'node:inspector'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const repository = fileURLToPath(new URL('../../../', import.meta.url))
export const bundleDirectory = fileURLToPath(new URL('../dist/bundle/', import.meta.url))

/** What the bundle was made from: paths from the repository's root, and `digestOf` them. */
export interface Ingredients {
  readonly files: readonly string[]
  readonly digest: string
}

/** Over names and contents. Throws when a file cannot be read. */
export function digestOf(files: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of files) {
    const content = readFileSync(`${repository}${file}`)
    hash.update(`${file} ${content.length}\n`).update(content)
  }
  return hash.digest('hex')
}

/** Whether there is a bundle in `directory` of just what is here now. */
export function isFresh(directory: string): boolean {
  try {
    const { files, digest }: Ingredients = JSON.parse(readFileSync(`${directory}ingredients.json`, 'utf8'))
    return digestOf(files) === digest
  } catch {
    return false // no bundle, or one of files that are not there any more
  }
}

/** `run` of the bundle, or else of the sources, which are also what a debugger wants to see. */
export async function loadRun(): Promise<typeof import('./run.ts')> {
  const isBundled = debuggerUrl() === undefined && isFresh(bundleDirectory)
  return isBundled ? import(pathToFileURL(`${bundleDirectory}run.js`).href) : import('./run.ts')
}
