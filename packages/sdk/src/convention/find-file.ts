/** Looks for the file that a folder's conventions are written in. */
import { dirname, join } from 'node:path'
import { OsaError } from '../errors.ts'
import { foreignReason } from '../link/find-link.ts'
import { statOrNull } from '../link/link-file.ts'

/** The names under which a project may keep its conventions. */
export const conventionFileNames = [
  'osa.config.ts',
  'osa.config.mts',
  'osa.config.js',
  'osa.config.mjs',
  'osa.config.json',
] as const

/** Where a conventions file was looked for, and what came of it. */
export interface ConventionFileSearch {
  /** Null when there is none. */
  readonly path: string | null
  /** Files in parent folders that were passed over because of who owns them or may write to them. */
  readonly ignored: readonly { path: string; why: string }[]
}

const filesIn = (folder: string): string[] =>
  conventionFileNames.map((name) => join(folder, name)).filter((path) => statOrNull(path))

/**
 * Looks in `cwd` and its parents up to `upTo`, the folder that is linked (`cwd` itself where there is none). What lies in a parent folder
 * is passed over unless it is this person's own: it would be run. Throws `usage` when one folder has several.
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
        hint: 'Say which one with --config <file>, or remove one',
      })
    }
    const why = path && folder !== options.cwd ? foreignReason([folder, path], options.uid) : null
    if (path && why) ignored.push({ path, why })
    else if (path) return { path, ignored }
    if (folder === options.upTo || dirname(folder) === folder) return { path: null, ignored }
  }
}
