/** Keeps secrets and ballast out of images: `.env` and `.git` do not reach a build that says nothing about them. */
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
  // a link to the folder would be copied as a link
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
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

/**
 * The folder to build from. Where the person keeps no ignore file, a copy without `.env`, `.git`, `node_modules` and `.osa`: nothing is
 * written into their folder, and every tool understands it. Where they do, the folder itself.
 */
export async function prepareContext(image: Image, rules: IgnoreRules): Promise<BuildContext> {
  if (rules.path === null) return await copyWithout(image, rules)
  return { path: image.context, dockerfile: image.dockerfile, [Symbol.asyncDispose]: async () => {} }
}
