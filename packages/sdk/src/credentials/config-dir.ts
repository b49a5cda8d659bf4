/** Finds the folder where logins are saved. It is never the working directory, whatever the environment. */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { OsaError } from '../errors.ts'

/** Environment variables, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Returns '' if there is none: a container may run with a user id that has no entry in /etc/passwd, and without HOME. */
function systemHome(): string {
  try {
    return homedir()
  } catch {
    return ''
  }
}

function homeOf(env: Environment): string | null {
  const home = env.HOME || env.USERPROFILE || systemHome()
  return isAbsolute(home) ? home : null
}

const noHome = (): OsaError =>
  new OsaError('store_unwritable', 'There is no home folder to keep logins in (HOME is not an absolute path)', {
    hint: 'Set OSA_CONFIG_DIR to an absolute path, or use OSA_TOKEN',
  })

/**
 * Returns the directory of `credentials.json`: `OSA_CONFIG_DIR`, else `$XDG_CONFIG_HOME/osa`, else `~/.config/osa`. The original `osa` knows
 * only the last one, so a file there takes precedence over an XDG directory without one. Throws `usage` for a relative OSA_CONFIG_DIR. Ignores a
 * relative XDG_CONFIG_HOME, as its specification demands.
 */
export function resolveConfigDir(env: Environment): { dir: string; isDefault: boolean } {
  if (env.OSA_CONFIG_DIR) {
    if (isAbsolute(env.OSA_CONFIG_DIR)) {
      const dir = resolve(env.OSA_CONFIG_DIR)
      return { dir, isDefault: isDefaultConfigDir(dir, env) }
    }
    throw new OsaError('usage', 'OSA_CONFIG_DIR must be an absolute path', {
      hint: 'Set it to a full path, or unset it',
    })
  }
  const xdg = env.XDG_CONFIG_HOME && isAbsolute(env.XDG_CONFIG_HOME) ? join(env.XDG_CONFIG_HOME, 'osa') : null
  if (xdg && existsSync(join(xdg, 'credentials.json'))) return { dir: xdg, isDefault: false }
  const above = homeOf(env)
  if (above === null) {
    if (xdg) return { dir: xdg, isDefault: false }
    throw noHome()
  }
  const home = join(above, '.config', 'osa')
  if (!xdg || xdg === home || existsSync(join(home, 'credentials.json'))) return { dir: home, isDefault: true }
  return { dir: xdg, isDefault: false }
}

/** Whether a config directory is the default, `~/.config/osa`. */
export function isDefaultConfigDir(dir: string, env: Environment): boolean {
  const home = homeOf(env)
  return home !== null && dir === join(home, '.config', 'osa')
}
