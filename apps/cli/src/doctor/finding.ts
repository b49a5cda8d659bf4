/** What `osa doctor` finds: one line each. */
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
 * - `warning`: odd, and does not keep anything from working
 * - `problem`: something does not work
 * - `skipped`: cannot be looked at while something else is wrong
 */
export type State = 'ok' | 'warning' | 'problem' | 'skipped'

export interface Finding {
  check: Check
  state: State
  found: string
  /** What to do about it. */
  todo?: string
  /** Of a problem: the error that other commands would end with. */
  code?: ErrorCode
}

const finding = (check: Check, state: State, found: string, todo?: string): Finding => ({
  check,
  state,
  found,
  ...(todo ? { todo } : {}),
})

export const ok = (check: Check, found: string): Finding => finding(check, 'ok', found)
export const skipped = (check: Check, why: string): Finding => finding(check, 'skipped', why)
export const warning = (check: Check, found: string, todo?: string): Finding => finding(check, 'warning', found, todo)

/** Several lines as one, whether they end in a full stop or not. */
const sentences = (lines: readonly string[]): string => lines.map((line) => line.replace(/\.$/, '')).join('. ')

/** What another command would fail with, told beforehand. */
export const problem = (check: Check, error: OsaError, todo = error.hint): Finding => ({
  ...finding(check, 'problem', sentences([error.message, ...error.details]), todo),
  code: error.code,
})

/** What `osa status` calls a problem, and gets by with. */
export const oddity = (check: Check, { message, hint }: Problem): Finding => warning(check, message, hint)
