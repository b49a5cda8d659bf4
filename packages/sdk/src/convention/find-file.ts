/** Finds the file with a folder's conventions. */
import { dirname, join } from 'node:path'
import { OsaError } from '../errors.ts'
import { foreignReason } from '../link/find-link.ts'
import { statOrNull } from '../link/link-file.ts'

/** The names that a file with conventions may have. */
export const conventionFileNames = [
  'osa.config.ts',
  'osa.config.mts',
  'osa.config.js',
  'osa.config.mjs',
  'osa.config.json',
] as const

/** The result of a search for a file with conventions. */
export interface ConventionFileSearch {
  /** The file; null if there is none. */
  readonly path: string | null
  /** Files in parent folders that were ignored because another user owns them or can write to them. */
  readonly ignored: readonly { path: string; why: string }[]
}

const filesIn = (folder: string): string[] =>
  conventionFileNames.map((name) => join(folder, name)).filter((path) => statOrNull(path))

/**
 * Looks in `cwd` and its parents up to `upTo`: the linked folder, or `cwd` itself without a link. A file in a parent folder is ignored if another
 * user owns it or can write to it, because it would be run. Throws `usage` if a folder has several.
 */
export async function findConventionFile(options: {
  cwd: string
  upTo: string
  uid?: number | undefined
}): Promise<ConventionFileSearch> {
  const ignored: { path: string; why: string }[] = []
  for (let folder = options.cwd; ; folder = dirname(folder)) {
    const [path, other] = filesIn(folder)
    if (path && other) {
      throw new OsaError('usage', `There are two files with conventions: ${path} and ${other}`, {
        hint: 'Choose one with --config <file>, or remove one',
      })
    }
    const why = path && folder !== options.cwd ? foreignReason([folder, path], options.uid) : null
    if (path && why) ignored.push({ path, why })
    else if (path) return { path, ignored }
    if (folder === options.upTo || dirname(folder) === folder) return { path: null, ignored }
  }
}
