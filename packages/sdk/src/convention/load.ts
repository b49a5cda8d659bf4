/** Reads the conventions that a file holds, unchecked: a module's export, a JSON file, or what the original `osa manifest` prints. */
import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { OsaError } from '../errors.ts'
import { describeJsonProblem, parseJsonText } from '../json-text.ts'
import { loadModule } from './load-module.ts'

/** Conventions as a file holds them. */
export interface LoadedConventions {
  /** The file as messages name it. */
  readonly name: string
  /** Where the paths in it start. */
  readonly folder: string
  readonly values: readonly unknown[]
}

const maxFileBytes = 64 * 1024 * 1024

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const refuse = (name: string, what: string, hint: string): OsaError =>
  new OsaError('malformed_config', `${name} ${what}`, { path: name, hint })

/** One convention, a list of them, or `{conventions: […]}`, whose `manifest_version` must be 1 if it is there. */
function listOf(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  if (!isObject(value)) {
    throw refuse(name, 'holds no convention', 'Write one convention, a list of them, or {"conventions": […]}')
  }
  if (!('conventions' in value)) return [value]
  const { manifest_version: version = 1, conventions } = value
  if (version !== 1) throw refuse(name, 'has a manifest_version other than 1', 'Use a newer osa')
  if (!Array.isArray(conventions)) throw refuse(name, 'has "conventions" that are no list', 'Write "conventions": […]')
  return conventions
}

function notEmpty(values: readonly unknown[], name: string): readonly unknown[] {
  if (values.length > 0) return values
  throw refuse(name, 'holds no convention', 'Write at least one')
}

/** Reads conventions from JSON text; `folder` is where its paths start. Throws `malformed_config`. */
export function readConventionJson(text: string, source: { name: string; folder: string }): LoadedConventions {
  const parsed = parseJsonText(text)
  if ('problem' in parsed) {
    throw refuse(source.name, `is not valid JSON (${describeJsonProblem(parsed.problem)})`, 'Correct it and try again')
  }
  return { ...source, values: notEmpty(listOf(parsed.value, source.name), source.name) }
}

/** The default export, or the export named `conventions`. */
function exported(module: Record<string, unknown>, name: string): readonly unknown[] {
  if (module.conventions !== undefined) return listOf({ conventions: module.conventions }, name)
  if (module.default !== undefined) return listOf(module.default, name)
  throw refuse(name, 'exports no convention', 'Write export default defineConvention({ … })')
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > maxFileBytes) throw refuse(path, 'is larger than 64 MiB', 'That is no list of conventions')
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof OsaError) throw error
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new OsaError('usage', `There is no file ${path}`, { path, cause: error })
    throw new OsaError('malformed_config', `${path} can't be read (${code})`, { path, cause: error })
  }
}

/**
 * Reads the conventions in a file. A `.ts`, `.mts`, `.js` or `.mjs` file is a program and is run: call this only with a file that the
 * person at the keyboard chose to run. Nothing is checked yet. Throws `usage` when there is no such file, `malformed_config` when it holds
 * no conventions or cannot be run.
 */
export async function loadConventions(path: string): Promise<LoadedConventions> {
  const source = { name: path, folder: dirname(path) }
  const text = await readText(path)
  if (/\.[cm]?[jt]s$/.test(path)) {
    return { ...source, values: notEmpty(exported(await loadModule(path), path), path) }
  }
  return readConventionJson(text, source)
}
