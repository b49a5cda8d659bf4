/** The findings of `osa doctor`, one for each line. */
import type { ErrorCode, OsaError } from '@osa/sdk/node'
import type { Problem } from '../status/problems.ts'

export const checks = [
  'versions',
  'folder',
  'archive',
  'proxy',
  'certificates',
  'clock',
  'keychain',
  'logins',
  'login',
  'environment',
] as const
export type Check = (typeof checks)[number]

/**
 * - `ok`: nothing to do
 * - `warning`: may be a mistake, but commands work
 * - `problem`: something does not work
 * - `skipped`: cannot be checked because of another problem
 */
export type State = 'ok' | 'warning' | 'problem' | 'skipped'

export interface Finding {
  check: Check
  state: State
  found: string
  /** What to do about it. */
  todo?: string
  /** For a problem: the code of the error that other commands would end with. */
  code?: ErrorCode
}

const finding = (check: Check, state: State, found: string, todo?: string): Finding => ({
  check,
  state,
  found,
  ...(todo ? { todo } : {}),
})

export const ok = (check: Check, found: string): Finding => finding(check, 'ok', found)
export const skipped = (check: Check, why: string): Finding => finding(check, 'skipped', `not checked: ${why}`)
export const warning = (check: Check, found: string, todo?: string): Finding => finding(check, 'warning', found, todo)

/** Joins lines to one, whether they end with a full stop or not. */
const sentences = (lines: readonly string[]): string => lines.map((line) => line.replace(/\.$/, '')).join('. ')

/** A finding for an error that other commands would end with. */
export const problem = (check: Check, error: OsaError, todo = error.hint): Finding => ({
  ...finding(check, 'problem', sentences([error.message, ...error.details]), todo),
  code: error.code,
})

/** A finding for what `osa status` lists as a problem but does not fail for. */
export const oddity = (check: Check, { message, hint }: Problem): Finding => warning(check, message, hint)
