/** What is odd about this computer's set-up, though nothing has failed yet. */
import { existsSync, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { canonicalServerOrNull, resolveConfigDir } from '@osa/sdk/internal'
import { type ErrorCode, isOsaError, OsaError } from '@osa/sdk/node'
import type { CommandContext } from '../command.ts'
import { clockSkewText } from '../time-text.ts'

export interface Problem {
  /** An error's code, or what is odd. */
  code: ErrorCode | 'environment_override' | 'loose_permissions' | 'two_config_dirs' | 'clock_skew' | 'foreign_link'
  message: string
  hint?: string
}

/** An error as a problem: what would fail, said beforehand. */
export const problemOf = (error: OsaError): Problem => ({
  code: error.code,
  message: error.message,
  ...(error.hint ? { hint: error.hint } : {}),
})

/** Variables that decide instead of links and saved logins. */
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
      message: 'OSA_ALLOW_HTTP=1: logins may travel without encryption',
      hint: 'unset OSA_ALLOW_HTTP',
    })
  }
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    found.push({ code: 'tls', message: 'NODE_TLS_REJECT_UNAUTHORIZED=0: osa will refuse https', hint: 'Unset it' })
  }
  return found
}

const modeOf = (path: string): number | null =>
  process.platform === 'win32' || !existsSync(path) ? null : statSync(path).mode & 0o777

function looseness(path: string, wanted: string): Problem[] {
  const mode = modeOf(path)
  if (mode === null || (mode & 0o077) === 0) return []
  const message = `${path} is open to others (mode ${mode.toString(8)})`
  return [{ code: 'loose_permissions', message, hint: `chmod ${wanted} ${path}` }]
}

/** The directory that is not used though it holds logins as well. */
function otherDirectory({ env }: CommandContext, used: string): string | null {
  const xdg = env.XDG_CONFIG_HOME && isAbsolute(env.XDG_CONFIG_HOME) ? [join(env.XDG_CONFIG_HOME, 'osa')] : []
  const home = env.HOME ? [join(env.HOME, '.config', 'osa')] : []
  const others = env.OSA_CONFIG_DIR ? [] : [...xdg, ...home].filter((dir) => dir !== used)
  return others.find((dir) => existsSync(join(dir, 'credentials.json'))) ?? null
}

/** Where logins are kept, and what is odd about it. Ask before the file is opened, which fixes its mode. */
export function inspectConfigDir(context: CommandContext): { dir: string | null; problems: Problem[] } {
  try {
    const { dir } = resolveConfigDir(context.env)
    const other = otherDirectory(context, dir)
    const two: Problem[] = other
      ? [{ code: 'two_config_dirs', message: `Logins are also in ${other}; only those in ${dir} are used` }]
      : []
    const loose = [...looseness(dir, '700'), ...looseness(join(dir, 'credentials.json'), '600')]
    return { dir, problems: [...loose, ...two] }
  } catch (error) {
    if (!(error instanceof OsaError)) throw error
    return { dir: null, problems: [problemOf(error)] }
  }
}

/** A clock that is off, told from a server's Date header. */
export function clockProblem(nowMs: number, server: string, date: string | null): Problem[] {
  const message = clockSkewText(nowMs, server, date)
  return message === null ? [] : [{ code: 'clock_skew', message }]
}

/** Link files that were passed over. */
export const foreignLinkProblems = (ignored: readonly { path: string; why: string }[]): Problem[] =>
  ignored.map(({ path, why }) => ({
    code: 'foreign_link',
    message: `Ignoring ${path}: ${why}`,
    hint: 'If you trust that archive, link this folder to it yourself: osa link <url>',
  }))

/** Whether an error is one to report, not a defect or the person's Ctrl-C. */
export const isReportable = (error: unknown): error is OsaError => isOsaError(error) && error.code !== 'aborted'
