/** Writes the files of a project into its folder: all or none of them, and never over existing files. */
import { lstat, mkdir, open, readdir, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { OsaError } from '@osa/sdk/node'
import type { ProjectFile } from '../project-template.ts'

const newFolder = 'Use a new folder: osa init <folder>'

const isMissing = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')

async function statOrNull(path: string) {
  try {
    return await lstat(path)
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Returns the folders that these files are in, the outermost first: `hooks`, `hooks/count_rows`. */
const foldersOf = (files: readonly ProjectFile[]): string[] => [
  ...new Set(
    files.flatMap(({ name }) =>
      name
        .split('/')
        .slice(0, -1)
        .map((_, at, all) => all.slice(0, at + 1).join('/')),
    ),
  ),
]

/** Returns what is in the way: existing files, files with the name of a needed folder, and other configuration files. */
async function conflictsIn(folder: string, files: readonly ProjectFile[]): Promise<string[]> {
  const place = await statOrNull(folder)
  if (place === null) return []
  if (place.isFile()) throw new OsaError('usage', `${folder} is a file`, { path: folder, hint: newFolder })
  const present = await Promise.all(
    files.map(async ({ name }) => ((await statOrNull(join(folder, name))) ? [name] : [])),
  )
  const noFolders = await Promise.all(
    foldersOf(files).map(async (name) => {
      const found = await statOrNull(join(folder, name))
      return found && !found.isDirectory() ? [name] : []
    }),
  )
  const conventions = (await readdir(folder)).filter((name) => /^osa\.config\.(m?[jt]s|json)$/.test(name))
  return [...new Set([...present.flat(), ...noFolders.flat(), ...conventions])].sort()
}

function toWriteError(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (error instanceof OsaError || code === undefined) return error
  if (code === 'EEXIST') return alreadyThere(dirname(path), [path])
  return new OsaError('store_unwritable', `Can't write ${path} (${code})`, {
    path,
    hint: 'Check that you may write to the folder, and that the disk has room',
    cause: error,
  })
}

const alreadyThere = (folder: string, names: readonly string[]): OsaError =>
  new OsaError('usage', `${folder} has files that would be overwritten`, {
    path: folder,
    details: [...names],
    hint: newFolder,
  })

/** Creates a folder and its missing parents. Adds those that it created to `created`, the outermost first. */
async function makeFolder(folder: string, created: string[]): Promise<void> {
  const missing: string[] = []
  for (let at = folder; !(await statOrNull(at)); at = dirname(at)) missing.unshift(at)
  // The folder itself may exist as a file: mkdir then fails.
  for (const one of new Set([...missing, folder])) {
    if (await mkdir(one, { recursive: true })) created.push(one)
  }
}

/** Creates a file, never over an existing one, and writes the text. Adds the file to `created` before its content is complete. */
async function makeFile(path: string, text: string, created: string[]): Promise<void> {
  const file = await open(path, 'wx')
  created.push(path)
  try {
    await file.writeFile(text)
  } finally {
    await file.close()
  }
}

/** Removes files, then folders, the innermost first. A folder stays if another program has written into it. */
async function remove(files: readonly string[], folders: readonly string[]): Promise<void> {
  for (const file of files) await rm(file, { force: true })
  for (const folder of folders.toReversed()) {
    await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(error.code ?? '')) throw error
    })
  }
}

/**
 * Writes a project. Throws `usage`, with the files that are in the way, before anything is written; `store_unwritable` if a file cannot be
 * written, after removing the files and folders that it created.
 */
export async function writeProject(folder: string, files: readonly ProjectFile[]): Promise<void> {
  const createdFiles: string[] = []
  const createdFolders: string[] = []
  let path = folder
  try {
    const present = await conflictsIn(folder, files)
    if (present.length > 0) throw alreadyThere(folder, present)
    for (const { name, text } of files) {
      path = join(folder, name)
      await makeFolder(dirname(path), createdFolders)
      await makeFile(path, text, createdFiles)
    }
  } catch (error) {
    await remove(createdFiles, createdFolders)
    throw toWriteError(error, path)
  }
}
