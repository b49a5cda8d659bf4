/**
 * A notice that there is a newer osa, where OSA_UPDATE_CHECK asks for it. It is told from what is known; a process of its own asks the registry,
 * at most once a day, for the next time: no command waits for it.
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

/** The registry that OSA_UPDATE_CHECK allows to be asked: npm's with `1`, or the one at the address that it is, without a password. Null: none. */
export function registryOf({ OSA_UPDATE_CHECK: setting = '' }: Environment): string | null {
  if (setting === '1') return npmRegistry
  const url = URL.canParse(setting) ? new URL(setting) : null
  if (url?.username || url?.password) return null
  const isLocal = url?.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  return url?.protocol === 'https:' || isLocal ? setting.replace(/\/+$/, '') : null
}

/** `$XDG_STATE_HOME/osa`, usually `~/.local/state/osa`; null without a home folder. */
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

/** Whether what a file dates is due again. A time to come is due as well: then the clock was set back. */
const isDue = (path: string, nowMs: number): boolean => !(Math.abs(nowMs - Number(textOf(path) ?? Number.NaN)) < dayMs)

/** Asks on its own, after this process has ended; it reads the setting itself, needs no token, and is given none. */
function startAsking(answer: string, env: Environment): void {
  const main = fileURLToPath(new URL('./main.cjs', import.meta.url))
  const { OSA_TOKEN: _, ...rest } = env
  // At the root: a process that lives on keeps no folder from being removed.
  const how = { cwd: '/', env: rest, detached: true, windowsHide: true, stdio: 'ignore' } as const
  const child = spawn(process.execPath, [main, '--ask-registry', answer], how)
  // What cannot be started is tried again tomorrow.
  child.on('error', () => undefined).unref()
}

/** Tells of a newer version where one is known, once a day, and sees to it that the registry is asked, once a day. */
export function tellOfNewerVersion(io: Io, { env, nowMs }: { env: Environment; nowMs: number }): void {
  const dir = stateDir(env)
  if (!registryOf(env) || !dir) return
  const [newest, told, asked] = ['newest-version', 'newest-version-told', 'newest-version-asked'].map((name) =>
    join(dir, name),
  ) as [string, string, string]
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const known = (textOf(newest) ?? '').trim()
  if (compareVersions(known, version) > 0 && isDue(told, nowMs)) {
    // First noted, then told: what cannot be noted would be told with every command.
    writeFileSync(told, String(nowMs))
    io.hint(`Version ${known} of osa is out, and this is ${version}. To update: npm install -g @osa/cli`)
  }
  if (!isDue(asked, nowMs)) return
  writeFileSync(asked, String(nowMs))
  startAsking(newest, env)
}
