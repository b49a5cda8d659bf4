/** The contents of a build context after its ignore rules: how much there is, and which files should not go into an image. */
import type { Dirent } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import dockerignoreModule from '@balena/dockerignore'
import { readOrNull } from '../read-or-null.ts'
import type { ContainerTool } from './container-tool.ts'
import type { Image } from './images.ts'

export interface ContextContents {
  readonly files: number
  readonly bytes: number
  /** False if the context is too large to count: then both numbers are minimums. */
  readonly isAll: boolean
  /** Paths that probably hold secrets and that the rules let through. */
  readonly secretive: readonly string[]
}

/** The ignore rules of a build: the person's ignore file, or osa's default. */
export interface IgnoreRules {
  /** Null for osa's default. */
  readonly path: string | null
  readonly text: string
}

// A CommonJS module with an export named `default`.
const dockerignore = dockerignoreModule.default

const leftOut = ['**/.env', '**/.env.*', '**/.git', '**/node_modules', '**/.osa'].join('\n')

/** Reads the ignore file that the tool will use; the one named after the Dockerfile comes first. Without one, returns osa's default. */
export async function ignoreRules(image: Image, tool: ContainerTool): Promise<IgnoreRules> {
  const beside = `${image.dockerfile}.dockerignore`
  const podmanOwn = tool.kind === 'podman' ? [join(image.context, '.containerignore')] : []
  for (const path of [beside, ...podmanOwn, join(image.context, '.dockerignore')]) {
    const text = await readOrNull(path)
    if (text !== null) return { path, text }
  }
  return { path: null, text: leftOut }
}

/** Returns a function that tells whether the rules exclude a path, given relative to the context. */
export function createFilter({ text }: IgnoreRules): (path: string) => boolean {
  const ignore = dockerignore().add(text)
  return (path) => ignore.ignores(path)
}

const isSecretive = (name: string): boolean =>
  name === '.git' || (/^\.env(\.|$)/.test(name) && !/\.(example|sample|template)$/.test(name))

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    // A folder that cannot be read is not sent to the build either.
    if (['EACCES', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
    throw error
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await lstat(path)).size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
}

/** A context may be a huge checkout: counting it completely could take minutes. */
const maxEntriesLookedAt = 20_000

/**
 * Counts the files of a context and looks for secrets. A rule `.env` excludes only the top-level file, and a rule that starts with `!` can
 * include files of an ignored folder, which is why ignored folders are searched too if there is such a rule.
 */
export async function readContext(context: string, rules: IgnoreRules): Promise<ContextContents> {
  const isLeftOut = createFilter(rules)
  const mayReturn = /^\s*!/m.test(rules.text)
  const secretive: string[] = []
  const folders = [{ path: '', isForeign: false }]
  let [files, bytes, left] = [0, 0, maxEntriesLookedAt]
  for (let folder = folders.shift(); folder && left > 0; folder = folders.shift()) {
    for (const entry of await entriesOf(join(context, folder.path))) {
      left -= 1
      const path = folder.path === '' ? entry.name : `${folder.path}/${entry.name}`
      const isOut = isLeftOut(path)
      if (!folder.isForeign && isSecretive(entry.name) && !isLeftOut(entry.name === '.git' ? `${path}/config` : path)) {
        secretive.push(path)
      }
      // Packages are already public, so they hold no secrets of this person.
      const isForeign = folder.isForeign || entry.name === 'node_modules' || entry.name === '.git'
      if (entry.isDirectory() && (!isOut || mayReturn)) folders.push({ path, isForeign })
      if (entry.isDirectory() || isOut) continue
      files += 1
      bytes += await sizeOf(join(context, path))
    }
  }
  return { files, bytes, isAll: left > 0, secretive: secretive.sort() }
}

function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

/** `2 files, 13 bytes`. */
export const contentsText = ({ files, bytes, isAll }: ContextContents): string =>
  `${isAll ? '' : 'more than '}${files} ${files === 1 ? 'file' : 'files'}, ${bytesText(bytes)}`
