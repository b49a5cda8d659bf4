/** Reads the conventions in a file, without checking them: a module's export, a JSON file, or the output of the original `osa manifest`. */
import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { OsaError } from '../errors.ts'
import { describeJsonProblem, parseJsonText } from '../json-text.ts'
import { loadModule } from './load-module.ts'

/** The conventions in a file, not yet checked. */
export interface LoadedConventions {
  /** The file's name, for messages. */
  readonly name: string
  /** The folder that paths in the file are relative to. */
  readonly folder: string
  /** The conventions; pass them to `checkConventions`. */
  readonly values: readonly unknown[]
}

const maxFileBytes = 64 * 1024 * 1024

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const refuse = (name: string, what: string, hint: string): OsaError =>
  new OsaError('malformed_config', `${name} ${what}`, { path: name, hint })

/** Accepts one convention, a list of them, or `{conventions: […]}`, whose `manifest_version` must be 1 if present. */
function listOf(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  if (!isObject(value)) {
    throw refuse(name, 'holds no convention', 'Write one convention, a list of them, or {"conventions": […]}')
  }
  if (!('conventions' in value)) return [value]
  const { manifest_version: version = 1, conventions } = value
  if (version !== 1) throw refuse(name, 'has a manifest_version other than 1', 'Use a newer osa')
  if (!Array.isArray(conventions))
    throw refuse(name, 'has a "conventions" that is not a list', 'Write "conventions": […]')
  return conventions
}

function notEmpty(values: readonly unknown[], name: string): readonly unknown[] {
  if (values.length > 0) return values
  throw refuse(name, 'holds no convention', 'Write at least one')
}

/** Reads conventions from JSON text. `folder` is the folder that paths in it are relative to. Throws `malformed_config`. */
export function readConventionJson(text: string, source: { name: string; folder: string }): LoadedConventions {
  const parsed = parseJsonText(text)
  if ('problem' in parsed) {
    throw refuse(source.name, `is not valid JSON (${describeJsonProblem(parsed.problem)})`, 'Correct it and try again')
  }
  return { ...source, values: notEmpty(listOf(parsed.value, source.name), source.name) }
}

/** Returns the conventions in the export named `conventions`, else in the default export. */
function exported(module: Record<string, unknown>, name: string): readonly unknown[] {
  if (module.conventions !== undefined) return listOf({ conventions: module.conventions }, name)
  if (module.default !== undefined) return listOf(module.default, name)
  throw refuse(name, 'exports no convention', 'Write export default defineConvention({ … })')
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > maxFileBytes)
      throw refuse(path, 'is larger than 64 MiB', 'Check that this is the file with your conventions')
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof OsaError) throw error
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new OsaError('usage', `There is no file ${path}`, { path, cause: error })
    throw new OsaError('malformed_config', `${path} can't be read (${code})`, { path, cause: error })
  }
}

/**
 * Reads the conventions in a file, without checking them. A `.ts`, `.mts`, `.js` or `.mjs` file is run as a program, so only pass a file that
 * the user chose to run. Throws `usage` if there is no such file, and `malformed_config` if it contains no conventions or cannot be run.
 */
export async function loadConventions(path: string): Promise<LoadedConventions> {
  const source = { name: path, folder: dirname(path) }
  const text = await readText(path)
  if (/\.[cm]?[jt]s$/.test(path)) {
    return { ...source, values: notEmpty(exported(await loadModule(path), path), path) }
  }
  return readConventionJson(text, source)
}
