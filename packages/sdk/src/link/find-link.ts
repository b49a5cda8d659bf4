/** Looks for a folder's link file, upwards from where a command runs, as far as it is this person's own. */
import { statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { hasLink, linkPath, statOrNull } from './link-file.ts'

/** A link file that discovery has found. */
export interface FoundLink {
  readonly path: string
  /** The folder it links. */
  readonly folder: string
}

/** Where a link was looked for, and what came of it. */
export interface LinkSearch {
  readonly link: FoundLink | null
  /** Files that were passed over because of who owns them or may write to them. */
  readonly ignored: readonly { path: string; why: string }[]
  readonly searchedFrom: string
  /** The last folder looked at, and whether it ended the search as a repository's root. */
  readonly searchedUpTo: string
  readonly isRepositoryRoot: boolean
}

/** Why what lies at these paths in a parent folder is not mine to follow (git's safe.directory reasoning); null when it is. */
export function foreignReason(paths: readonly string[], uid: number | undefined): string | null {
  if (uid === undefined) return null
  for (const path of paths) {
    const stats = statOrNull(path)
    if (stats && stats.uid !== uid && stats.uid !== 0) return 'it belongs to another user'
    if (stats && !stats.isSymbolicLink() && (stats.mode & 0o002) !== 0) return 'others can write to it'
  }
  return null
}

/** Where a link was looked for, in words. */
export function searchText({ searchedFrom, searchedUpTo, isRepositoryRoot }: LinkSearch): string {
  const parents = searchedUpTo === searchedFrom ? '' : ` and its parents up to ${searchedUpTo}`
  return `Looked for .osa/config.json in ${searchedFrom}${parents}${isRepositoryRoot ? ' (git root)' : ''}`
}

/**
 * Looks for a link from `cwd` upwards; a file without `server` is none. Stops after a folder with `.git`, before the home folder (unless it is `cwd` itself) and at
 * the border of the file system.
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
