/**
 * Reads a settings file: one `NAME=value` per line, as written by `osa-server init`. The value is everything after `=`, as for `docker run
 * --env-file`; one pair of surrounding quotes is removed, as systemd and Docker Compose do.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'

export const defaultSettingsFile = '.env'

export type SettingsFile =
  | { readonly values: Readonly<Record<string, string>> }
  | { readonly problem: string; readonly hint: string }

/**
 * Reads the file `asked`; without it, the `.env` of the current folder if there is one. Refuses a file that another user could have
 * written: one that is owned by a user other than this one or root, or that others can write to.
 */
export function readSettingsFile(asked: string | undefined): SettingsFile {
  const path = resolve(asked ?? defaultSettingsFile)
  if (asked === undefined && !existsSync(path)) return { values: {} }
  try {
    const { uid, mode } = statSync(path)
    const own = process.getuid?.()
    if (own !== undefined && (![own, 0].includes(uid) || (mode & 0o022) !== 0)) {
      return {
        problem: `${path} may have been changed by another user: it is owned by another user, or others can write to it.`,
        hint: `Check its contents and owner, then run: chmod 600 ${path}`,
      }
    }
    const parsed = parseSettingsFile(readFileSync(path, 'utf8'))
    return 'values' in parsed
      ? parsed
      : {
          problem: `Line ${parsed.line} of ${path} is not a setting.`,
          hint: 'Each line must be NAME=value, or start with #.',
        }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    return { problem: `The settings in ${path} cannot be read (${error.code}).`, hint: 'Check --settings.' }
  }
}

/** Parses the text of a settings file. Returns its settings, or the number of the first line that is not one. */
export function parseSettingsFile(text: string): { values: Record<string, string> } | { line: number } {
  const values: Record<string, string> = {}
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue
    const [, name, value] = /^(?:export )?([A-Za-z_]\w*)=(.*)$/.exec(line) ?? []
    if (name === undefined || value === undefined) return { line: index + 1 }
    values[name] = /^(["'])(.*)\1$/.exec(value)?.[2] ?? value
  }
  return { values }
}
