/** What a build context holds, by the rules that decide what is sent: how much it is, and what of it should stay out of an image. */
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
  /** False where there is more than is worth looking at: then both numbers say how much there is at least. */
  readonly isAll: boolean
  /** What the rules let through that they should not. */
  readonly secretive: readonly string[]
}

/** The rules of a build: the person's own ignore file, or what osa leaves out where there is none. */
export interface IgnoreRules {
  /** Null for osa's own. */
  readonly path: string | null
  readonly text: string
}

// CommonJS that carries its own default
const dockerignore = dockerignoreModule.default

const leftOut = ['**/.env', '**/.env.*', '**/.git', '**/node_modules', '**/.osa'].join('\n')

/** The ignore file that the tool will read, the one named after the Dockerfile first; osa's own rules where there is none. */
export async function ignoreRules(image: Image, tool: ContainerTool): Promise<IgnoreRules> {
  const beside = `${image.dockerfile}.dockerignore`
  const podmanOwn = tool.kind === 'podman' ? [join(image.context, '.containerignore')] : []
  for (const path of [beside, ...podmanOwn, join(image.context, '.dockerignore')]) {
    const text = await readOrNull(path)
    if (text !== null) return { path, text }
  }
  return { path: null, text: leftOut }
}

/** Whether rules keep a path, as written below the context, out of the build. */
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
    // what nobody may read, no build reads
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

/** A context may be a checkout of any size: counting it is not worth minutes. */
const maxEntriesLookedAt = 20_000

/** Looks through a context. A rule `.env` keeps out the topmost alone, and one that begins with `!` may let in what lies in an ignored folder. */
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
      // what packages bring along, others have published
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
