/** Problems with the set-up of this computer that `osa status` and `osa doctor` report before a command fails. */
import { existsSync, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { canonicalServerOrNull, resolveConfigDir } from '@osa/sdk/internal'
import { type ErrorCode, isOsaError, OsaError } from '@osa/sdk/node'
import type { CommandContext } from '../command.ts'
import { clockSkewText } from '../time-text.ts'

export interface Problem {
  /** The code of an error, or the kind of problem. */
  code: ErrorCode | 'environment_override' | 'loose_permissions' | 'two_config_dirs' | 'clock_skew' | 'foreign_link'
  message: string
  hint?: string
}

/** Turns an error that another command would fail with into a problem. */
export const problemOf = (error: OsaError): Problem => ({
  code: error.code,
  message: error.message,
  ...(error.hint ? { hint: error.hint } : {}),
})

/** Returns the environment variables that override the link or the saved login, or weaken security. */
export function environmentProblems({ env }: CommandContext, linked: string | null): Problem[] {
  const found: Problem[] = []
  const code = 'environment_override'
  if (env.OSA_TOKEN) {
    found.push({ code, message: 'OSA_TOKEN is set and will be used instead of a saved login', hint: 'unset OSA_TOKEN' })
  } else if (env.OSA_TOKEN === '') {
    found.push({ code, message: 'OSA_TOKEN is set but empty: the secret may be missing in this job' })
  }
  if (env.OSA_SERVER && linked !== null && canonicalServerOrNull(env.OSA_SERVER) !== linked) {
    found.push({ code, message: `OSA_SERVER is set and overrides the link to ${linked}`, hint: 'unset OSA_SERVER' })
  }
  if (env.OSA_ALLOW_HTTP === '1') {
    found.push({
      code,
      message: 'OSA_ALLOW_HTTP=1 lets osa send logins without encryption',
      hint: 'unset OSA_ALLOW_HTTP',
    })
  }
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    const message = 'NODE_TLS_REJECT_UNAUTHORIZED=0 turns off certificate checks, so osa refuses https'
    found.push({ code: 'tls', message, hint: 'unset NODE_TLS_REJECT_UNAUTHORIZED' })
  }
  return found
}

const modeOf = (path: string): number | null =>
  process.platform === 'win32' || !existsSync(path) ? null : statSync(path).mode & 0o777

function loosePermissions(path: string, wanted: string): Problem[] {
  const mode = modeOf(path)
  if (mode === null || (mode & 0o077) === 0) return []
  const message = `Other users have access to ${path} (mode ${mode.toString(8)})`
  return [{ code: 'loose_permissions', message, hint: `chmod ${wanted} ${path}` }]
}

/** Returns another configuration folder that also has logins but is not used; null if there is none. */
function otherDirectory({ env }: CommandContext, used: string): string | null {
  const xdg = env.XDG_CONFIG_HOME && isAbsolute(env.XDG_CONFIG_HOME) ? [join(env.XDG_CONFIG_HOME, 'osa')] : []
  const home = env.HOME ? [join(env.HOME, '.config', 'osa')] : []
  const others = env.OSA_CONFIG_DIR ? [] : [...xdg, ...home].filter((dir) => dir !== used)
  return others.find((dir) => existsSync(join(dir, 'credentials.json'))) ?? null
}

/** Returns the configuration folder and its problems. Must be called before the credentials file is opened, which corrects its mode. */
export function inspectConfigDir(context: CommandContext): { dir: string | null; problems: Problem[] } {
  try {
    const { dir } = resolveConfigDir(context.env)
    const other = otherDirectory(context, dir)
    const two: Problem[] = other
      ? [{ code: 'two_config_dirs', message: `Logins are also in ${other}; only those in ${dir} are used` }]
      : []
    const loose = [...loosePermissions(dir, '700'), ...loosePermissions(join(dir, 'credentials.json'), '600')]
    return { dir, problems: [...loose, ...two] }
  } catch (error) {
    if (!(error instanceof OsaError)) throw error
    return { dir: null, problems: [problemOf(error)] }
  }
}

/** Reports a wrong clock, told from a server's Date header. */
export function clockProblem(nowMs: number, server: string, date: string | null): Problem[] {
  const message = clockSkewText(nowMs, server, date)
  return message === null ? [] : [{ code: 'clock_skew', message }]
}

/** Reports link files that were ignored. */
export const foreignLinkProblems = (ignored: readonly { path: string; why: string }[]): Problem[] =>
  ignored.map(({ path, why }) => ({
    code: 'foreign_link',
    message: `Ignoring ${path}: ${why}`,
    hint: 'If you trust that archive, link this folder to it yourself: osa link <url>',
  }))

/** Whether an error can be reported as a problem: not a defect in osa, and not Ctrl-C. */
export const isReportable = (error: unknown): error is OsaError => isOsaError(error) && error.code !== 'aborted'
