/**
 * Mentions that a newer osa is available, if OSA_UPDATE_CHECK asks for that. The notice uses the answer of an earlier look-up; a separate
 * process asks the registry at most once a day, so no command waits for it.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Environment } from '@osa/sdk/node'
import type { Io } from './io.ts'
import { version } from './version.ts'
import { compareVersions } from './version-order.ts'

const dayMs = 86_400_000
const npmRegistry = 'https://registry.npmjs.org'

/** Returns the registry that OSA_UPDATE_CHECK allows: npm's for `1`, or the address it holds, which may have no password. Null: ask none. */
export function registryOf({ OSA_UPDATE_CHECK: setting = '' }: Environment): string | null {
  if (setting === '1') return npmRegistry
  const url = URL.canParse(setting) ? new URL(setting) : null
  if (url?.username || url?.password) return null
  const isLocal = url?.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  return url?.protocol === 'https:' || isLocal ? setting.replace(/\/+$/, '') : null
}

/** Returns `$XDG_STATE_HOME/osa`, usually `~/.local/state/osa`; null if there is no home folder. */
function stateDir({ XDG_STATE_HOME: state, HOME, USERPROFILE }: Environment): string | null {
  if (state && isAbsolute(state)) return join(state, 'osa')
  const home = HOME || USERPROFILE || ''
  return isAbsolute(home) ? join(home, '.local', 'state', 'osa') : null
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Whether a day has passed since the time in this file. A time in the future counts as passed: the clock was set back since. */
const isDue = (path: string, nowMs: number): boolean => !(Math.abs(nowMs - Number(textOf(path) ?? Number.NaN)) < dayMs)

/** Starts a process that asks the registry and outlives this one. It reads the setting itself. It needs no token, so it gets none. */
function startAsking(answer: string, env: Environment): void {
  const main = fileURLToPath(new URL('./main.cjs', import.meta.url))
  const { OSA_TOKEN: _, ...rest } = env
  // In the root folder: a process that lives on must not keep another folder from being unmounted or deleted.
  const how = { cwd: '/', env: rest, detached: true, windowsHide: true, stdio: 'ignore' } as const
  const child = spawn(process.execPath, [main, '--ask-registry', answer], how)
  // If it cannot be started, the next try is tomorrow.
  child.on('error', () => undefined).unref()
}

/** Mentions a newer version if one is known, and asks the registry for the next time. Does each at most once a day. */
export function checkForNewerVersion(io: Io, { env, nowMs }: { env: Environment; nowMs: number }): void {
  const dir = stateDir(env)
  if (!registryOf(env) || !dir) return
  const [newest, told, asked] = ['newest-version', 'newest-version-told', 'newest-version-asked'].map((name) =>
    join(dir, name),
  ) as [string, string, string]
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const known = (textOf(newest) ?? '').trim()
  if (compareVersions(known, version) > 0 && isDue(told, nowMs)) {
    // Written first: if this fails, the notice would otherwise appear with every command.
    writeFileSync(told, String(nowMs))
    io.hint(`A newer osa is available: ${known} (you have ${version}). To update: npm install -g @osa/cli`)
  }
  if (!isDue(asked, nowMs)) return
  writeFileSync(asked, String(nowMs))
  startAsking(newest, env)
}
