/** Keeps secrets and unneeded files out of images: a build without an ignore file gets no `.env` and no `.git`. */
import { cp, lstat, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, relative, resolve, sep } from 'node:path'
import { OsaError } from '@osa/sdk/node'
import { createFilter, type IgnoreRules } from './context-contents.ts'
import type { Image } from './images.ts'

export interface BuildContext extends AsyncDisposable {
  readonly path: string
  readonly dockerfile: string
}

async function copyWithout(named: Image, rules: IgnoreRules): Promise<BuildContext> {
  // cp would copy a symbolic link to the folder as a link.
  const image = { ...named, context: await realpath(named.context) }
  const folder = await mkdtemp(join(tmpdir(), 'osa-context-'))
  const isLeftOut = createFilter(rules)
  const path = join(folder, basename(image.context) || 'context')
  const isWanted = async (source: string): Promise<boolean> => {
    const inside = relative(image.context, source).split(sep).join('/')
    if (inside !== '' && isLeftOut(inside)) return false
    const stats = await lstat(source)
    return stats.isFile() || stats.isDirectory() || stats.isSymbolicLink()
  }
  try {
    await cp(image.context, path, {
      recursive: true,
      verbatimSymlinks: true,
      // so that a file has the same time in the image as in the folder
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
        hint: 'Add a .dockerignore to that folder: then osa builds it in place, without a copy',
        cause: error,
      },
    )
  }
  const dockerfile = relative(image.context, image.dockerfile)
  return {
    path,
    dockerfile: dockerfile.startsWith('..') ? image.dockerfile : resolve(path, dockerfile),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

/**
 * Returns the folder to build from. With an ignore file, that is the image's own folder. Without one it is a copy without `.env`, `.git`,
 * `node_modules` and `.osa`: this works with every tool and writes nothing into the person's folder.
 */
export async function prepareContext(image: Image, rules: IgnoreRules): Promise<BuildContext> {
  if (rules.path === null) return await copyWithout(image, rules)
  return { path: image.context, dockerfile: image.dockerfile, [Symbol.asyncDispose]: async () => {} }
}
