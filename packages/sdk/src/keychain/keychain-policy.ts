/** Rules about where the system keychain is tried by default, depending on the platform. */
import { existsSync, readFileSync } from 'node:fs'
import type { Environment } from '../credentials/config-dir.ts'
import { sessionBusAddress } from './helper-environment.ts'

/** The facts that decide whether a keychain is tried. */
export interface KeychainSurroundings {
  readonly platform: string
  readonly isSsh: boolean
  readonly isCi: boolean
  readonly isWsl: boolean
  readonly isContainer: boolean
  readonly hasDisplay: boolean
  readonly hasSessionBus: boolean
}

function isWslKernel(): boolean {
  try {
    return /microsoft/i.test(readFileSync('/proc/sys/kernel/osrelease', 'utf8'))
  } catch {
    // No such file, so this is not WSL.
    return false
  }
}

/** Collects these facts for this process. */
export const lookAround = (
  env: Environment,
  { platform, isCi }: { platform: string; isCi: boolean },
): KeychainSurroundings => ({
  platform,
  isCi,
  isSsh: Boolean(env.SSH_CONNECTION || env.SSH_CLIENT || env.SSH_TTY),
  isWsl: platform === 'linux' && (Boolean(env.WSL_DISTRO_NAME) || isWslKernel()),
  isContainer: existsSync('/.dockerenv') || existsSync('/run/.containerenv') || Boolean(env.container),
  hasDisplay: Boolean(env.DISPLAY || env.WAYLAND_DISPLAY),
  hasSessionBus: sessionBusAddress(env) !== null,
})

/** Returns why no keychain is tried by default; null if one is. The reason completes a sentence after a colon. */
export function whyNoKeychain(here: KeychainSurroundings): string | null {
  if (here.platform === 'darwin') {
    if (here.isSsh) return "an SSH session can't open the login keychain"
    return here.isCi ? 'this is CI' : null
  }
  if (here.platform === 'win32') return null
  if (here.platform !== 'linux') return `osa supports none on ${here.platform}`
  if (here.isWsl) return 'WSL has none of its own'
  if (here.isContainer) return 'inside a container'
  if (!here.hasDisplay) return `no desktop session${here.isSsh ? ' (SSH)' : ''}`
  return here.hasSessionBus ? null : 'no D-Bus session'
}
