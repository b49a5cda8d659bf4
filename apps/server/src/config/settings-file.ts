/**
 * A file of settings, one `NAME=value` a line, as `osa-server init` writes it. The value is everything after `=`, as for `docker run
 * --env-file`; one pair of quotes around it is taken off, as systemd and Docker Compose do.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'

export const defaultSettingsFile = '.env'

export type SettingsFile =
  | { readonly values: Readonly<Record<string, string>> }
  | { readonly problem: string; readonly hint: string }

/**
 * Reads the file called `asked`, or, when none is, the `.env` of the current folder if there is one. Refuses a file that somebody else
 * could have put there: one of another user than this one and root, or that others may write to.
 */
export function readSettingsFile(asked: string | undefined): SettingsFile {
  const path = resolve(asked ?? defaultSettingsFile)
  if (asked === undefined && !existsSync(path)) return { values: {} }
  try {
    const { uid, mode } = statSync(path)
    const own = process.getuid?.()
    if (own !== undefined && (![own, 0].includes(uid) || (mode & 0o022) !== 0)) {
      return {
        problem: `The settings in ${path} could be somebody else's: others than you own the file or may write to it.`,
        hint: `Look at it, then: chmod 600 ${path}`,
      }
    }
    const parsed = parseSettingsFile(readFileSync(path, 'utf8'))
    return 'values' in parsed
      ? parsed
      : {
          problem: `Line ${parsed.line} of ${path} is not a setting.`,
          hint: 'Each line is NAME=value, or begins with #.',
        }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    return { problem: `The settings in ${path} cannot be read (${error.code}).`, hint: 'Check --settings.' }
  }
}

/** The settings of a file's text, or the number of the first line that is none. */
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
