/** Keeps secrets and ballast out of images: `.env` and `.git` do not reach a build that says nothing about them. */
import type { Dirent } from 'node:fs'
import { cp, lstat, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, relative, resolve, sep } from 'node:path'
import dockerignoreModule from '@balena/dockerignore'
import { OsaError } from '@osa/sdk/node'
import type { ContainerTool } from './container-tool.ts'
import type { Image } from './images.ts'

export interface BuildContext extends AsyncDisposable {
  readonly path: string
  readonly dockerfile: string
  /** The person's own ignore file, and what it lets through that it should not. */
  readonly letsThrough: { file: string; names: readonly string[] } | null
}

// CommonJS that carries its own default
const dockerignore = dockerignoreModule.default

const leftOut = ['**/.env', '**/.env.*', '**/.git', '**/node_modules', '**/.osa']

const readOrNull = async (path: string): Promise<string | null> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** The ignore file that the tool will read, the one named after the Dockerfile first. */
const ownIgnoreFile = async (image: Image, tool: ContainerTool): Promise<{ path: string; text: string } | null> => {
  const beside = `${image.dockerfile}.dockerignore`
  const podmanOwn = tool.kind === 'podman' ? [join(image.context, '.containerignore')] : []
  for (const path of [beside, ...podmanOwn, join(image.context, '.dockerignore')]) {
    const text = await readOrNull(path)
    if (text !== null) return { path, text }
  }
  return null
}

const isSecretive = (name: string): boolean =>
  name === '.git' || (/^\.env(\.|$)/.test(name) && !/\.(example|sample|template)$/.test(name))

const entriesOf = async (folder: string): Promise<Dirent[]> => {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    // what nobody may read, no build reads
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return []
    throw error
  }
}

/** A context may be a checkout of any size: what is told of it is a warning, and not worth minutes. */
const maxEntriesLookedAt = 20_000

/** What lies in the context, should stay out of an image, and is not kept out by these rules. A rule `.env` keeps out the topmost alone. */
const letThrough = async (context: string, rules: string): Promise<string[]> => {
  const ignore = dockerignore().add(rules)
  const found: string[] = []
  const folders = ['']
  let left = maxEntriesLookedAt
  for (let folder = folders.shift(); folder !== undefined && left > 0; folder = folders.shift()) {
    for (const entry of await entriesOf(join(context, folder))) {
      left -= 1
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (isSecretive(entry.name)) {
        if (!ignore.ignores(entry.name === '.git' ? `${path}/config` : path)) found.push(path)
      } else if (entry.isDirectory() && entry.name !== 'node_modules' && !ignore.ignores(path)) folders.push(path)
    }
  }
  return found.sort()
}

const copyWithout = async (named: Image): Promise<BuildContext> => {
  // a link to the folder would be copied as a link
  const image = { ...named, context: await realpath(named.context) }
  const folder = await mkdtemp(join(tmpdir(), 'osa-context-'))
  const isLeftOut = dockerignore().add(leftOut)
  const path = join(folder, basename(image.context) || 'context')
  const isWanted = async (source: string): Promise<boolean> => {
    const inside = relative(image.context, source).split(sep).join('/')
    if (inside !== '' && isLeftOut.ignores(inside)) return false
    const stats = await lstat(source)
    return stats.isFile() || stats.isDirectory() || stats.isSymbolicLink()
  }
  try {
    await cp(image.context, path, {
      recursive: true,
      verbatimSymlinks: true,
      // in the image, a file is as old as the person's
      preserveTimestamps: true,
      filter: isWanted,
    })
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw new OsaError(
      'build_failed',
      `${image.context} can't be copied (${error instanceof Error ? error.message : error})`,
      {
        path: image.context,
        hint: 'With a .dockerignore of its own it is built where it is',
        cause: error,
      },
    )
  }
  const dockerfile = relative(image.context, image.dockerfile)
  return {
    path,
    dockerfile: dockerfile.startsWith('..') ? image.dockerfile : resolve(path, dockerfile),
    letsThrough: null,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

/**
 * The folder to build from. Where the person keeps no ignore file, a copy without `.env`, `.git`, `node_modules` and `.osa`: nothing is
 * written into their folder, and every tool understands it. Where they do, the folder itself, and what the file should not let through.
 */
export const prepareContext = async (image: Image, tool: ContainerTool): Promise<BuildContext> => {
  const own = await ownIgnoreFile(image, tool)
  if (!own) return await copyWithout(image)
  const names = await letThrough(image.context, own.text)
  return {
    path: image.context,
    dockerfile: image.dockerfile,
    letsThrough: names.length > 0 ? { file: own.path, names } : null,
    [Symbol.asyncDispose]: async () => {},
  }
}
