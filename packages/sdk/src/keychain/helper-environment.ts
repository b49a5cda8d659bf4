/** The environment of the keychain helper: the variables needed to find a keychain, and none that could hold a secret (K17, K23). */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../credentials/config-dir.ts'

const passedOn = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TMPDIR', 'LD_LIBRARY_PATH', 'XDG_RUNTIME_DIR'],
  ...['DBUS_SESSION_BUS_ADDRESS', 'DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'XDG_CURRENT_DESKTOP'],
  ...['SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA', 'TEMP', 'TMP'],
]

/** Returns the address of the session's D-Bus; null if there is none. A bus is never started for this. */
export function sessionBusAddress(env: Environment): string | null {
  if (env.DBUS_SESSION_BUS_ADDRESS) return env.DBUS_SESSION_BUS_ADDRESS
  const socket = env.XDG_RUNTIME_DIR ? join(env.XDG_RUNTIME_DIR, 'bus') : null
  return socket && existsSync(socket) ? `unix:path=${socket}` : null
}

/** Returns the helper's variables from `env`. On Windows, names are case-insensitive. */
export function helperEnvironment(env: Environment): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && passedOn.includes(entry[0].toUpperCase()),
  )
  const bus = sessionBusAddress(env)
  return { ...Object.fromEntries(kept), ...(bus ? { DBUS_SESSION_BUS_ADDRESS: bus } : {}) }
}
