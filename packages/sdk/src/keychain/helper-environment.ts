/** The environment that the keychain helper gets: what a keychain needs to be found, and nothing that could be a secret (K17, K23). */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../credentials/config-dir.ts'

const passedOn = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TMPDIR', 'LD_LIBRARY_PATH', 'XDG_RUNTIME_DIR'],
  ...['DBUS_SESSION_BUS_ADDRESS', 'DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'XDG_CURRENT_DESKTOP'],
  ...['SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA', 'TEMP', 'TMP'],
]

/** Where the session's D-Bus is; null when there is none, which is never started for our sake. */
export function sessionBusAddress(env: Environment): string | null {
  if (env.DBUS_SESSION_BUS_ADDRESS) return env.DBUS_SESSION_BUS_ADDRESS
  const socket = env.XDG_RUNTIME_DIR ? join(env.XDG_RUNTIME_DIR, 'bus') : null
  return socket && existsSync(socket) ? `unix:path=${socket}` : null
}

/** Picks the helper's variables out of `env`. Names on Windows know no case. */
export function helperEnvironment(env: Environment): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && passedOn.includes(entry[0].toUpperCase()),
  )
  const bus = sessionBusAddress(env)
  return { ...Object.fromEntries(kept), ...(bus ? { DBUS_SESSION_BUS_ADDRESS: bus } : {}) }
}
