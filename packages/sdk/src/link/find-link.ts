/** Looks for a link file in the working directory and those of its parents that belong to this user. */
import { statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { hasLink, linkPath, statOrNull } from './link-file.ts'

/** A link file that was found. */
export interface FoundLink {
  readonly path: string
  /** The folder that it links. */
  readonly folder: string
}

/** The result of a search for a link. */
export interface LinkSearch {
  readonly link: FoundLink | null
  /** Files that were ignored because another user owns them or can write to them. */
  readonly ignored: readonly { path: string; why: string }[]
  readonly searchedFrom: string
  /** The last folder that was searched. */
  readonly searchedUpTo: string
  /** Whether the last folder is the root of a git repository. */
  readonly isRepositoryRoot: boolean
}

/** Returns why paths in a parent folder must not be trusted (as git's safe.directory does), or null if they may be. */
export function foreignReason(paths: readonly string[], uid: number | undefined): string | null {
  if (uid === undefined) return null
  for (const path of paths) {
    const stats = statOrNull(path)
    if (stats && stats.uid !== uid && stats.uid !== 0) return 'it belongs to another user'
    if (stats && !stats.isSymbolicLink() && (stats.mode & 0o002) !== 0) return 'others can write to it'
  }
  return null
}

/** Describes where a link was looked for. */
export function searchText({ searchedFrom, searchedUpTo, isRepositoryRoot }: LinkSearch): string {
  const parents = searchedUpTo === searchedFrom ? '' : ` and its parents up to ${searchedUpTo}`
  return `Looked for .osa/config.json in ${searchedFrom}${parents}${isRepositoryRoot ? ' (git root)' : ''}`
}

/**
 * Looks for a link in `cwd` and its parents. A file without `server` is not a link. Stops after a folder with `.git`, before the home folder
 * (unless that is `cwd` itself), and at the boundary of the file system.
 */
export async function findLink(options: { cwd: string; home: string; uid?: number | undefined }): Promise<LinkSearch> {
  const cwd = resolve(options.cwd)
  const device = statSync(cwd).dev
  const ignored: { path: string; why: string }[] = []
  let searchedUpTo = cwd
  for (let folder = cwd; ; folder = dirname(folder)) {
    searchedUpTo = folder
    const path = linkPath(folder)
    const isRepositoryRoot = statOrNull(join(folder, '.git')) !== null
    const why = folder === cwd || !statOrNull(path) ? null : foreignReason([folder, dirname(path), path], options.uid)
    if (why) ignored.push({ path, why })
    else if (hasLink(folder))
      return { link: { path, folder }, ignored, searchedFrom: cwd, searchedUpTo, isRepositoryRoot }
    const parent = dirname(folder)
    const isEnd = parent === folder || parent === resolve(options.home) || statOrNull(parent)?.dev !== device
    if (isRepositoryRoot || isEnd || folder === resolve(options.home)) {
      return { link: null, ignored, searchedFrom: cwd, searchedUpTo, isRepositoryRoot }
    }
  }
}
