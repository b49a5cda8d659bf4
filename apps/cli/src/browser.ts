/** Opens pages in a browser, if there is one and a person in front of it (K04). */
import type { SpawnOptions } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import type { Environment } from '@osa/sdk/node'

/** The facts about this system that decide which browser to open. */
export interface Desktop {
  env: Environment
  platform: string
  isContainer: boolean
  isWsl: boolean
}

export const thisDesktop = (env: Environment): Desktop => ({
  env,
  platform: process.platform,
  isContainer: existsSync('/.dockerenv') || existsSync('/run/.containerenv') || Boolean(env.container),
  isWsl: process.platform === 'linux' && Boolean(env.WSL_DISTRO_NAME || isWslKernel()),
})

function isWslKernel(): boolean {
  try {
    return /microsoft/i.test(readFileSync('/proc/sys/kernel/osrelease', 'utf8'))
  } catch {
    // Every Linux that runs in WSL has this file.
    return false
  }
}

/** A command and its arguments. The address replaces the argument `%s`, or is added as the last one. */
export interface Launcher {
  command: string
  args: readonly string[]
}

/** Splits `firefox --private-window %s` into a command and arguments. The path of an existing file is not split, even if it has spaces. */
function splitCommand(text: string): Launcher {
  const [command = '', ...args] = existsSync(text) ? [text] : text.trim().split(/\s+/)
  return { command, args }
}

function configuredLauncher(env: Environment): Launcher | 'none' | null {
  const configured = env.OSA_BROWSER || env.BROWSER
  if (!configured) return null
  return configured === 'none' ? 'none' : splitCommand(configured)
}

/**
 * Returns the command that opens an address; null over SSH, in a container, without a display (xdg-open might start a text browser that
 * takes over the terminal), or if the settings say `none`. A configured browser is used even in a container or without a display.
 */
export function findLauncher({ env, platform, isContainer, isWsl }: Desktop): Launcher | null {
  if (env.SSH_CONNECTION || env.SSH_CLIENT || env.SSH_TTY) return null
  const configured = configuredLauncher(env)
  if (configured === 'none') return null
  if (configured) return configured
  if (isContainer) return null
  if (platform === 'darwin') return { command: 'open', args: [] }
  const powershell = { command: 'powershell.exe', args: ['-NoProfile', '-NonInteractive', '-Command', 'Start-Process'] }
  if (platform === 'win32' || isWsl) return powershell
  return env.DISPLAY || env.WAYLAND_DISPLAY ? { command: 'xdg-open', args: [] } : null
}

/**
 * Whether the browser may be unable to reach this system's 127.0.0.1. That is so for a Windows browser under WSL, for a browser outside the
 * container (unless OSA_BROWSER names it), and for the browser of a remote editor, which sets `BROWSER` to a helper program.
 */
export const isBrowserElsewhere = ({ env, isContainer, isWsl }: Desktop): boolean =>
  isWsl ||
  (isContainer && !env.OSA_BROWSER) ||
  Boolean(env.CODESPACES || env.REMOTE_CONTAINERS || env.GITPOD_WORKSPACE_ID) ||
  (!env.OSA_BROWSER && /-server\b|helpers\/browser/.test(env.BROWSER ?? ''))

const secretVariables = /^OSA_TOKEN$|^NPM_TOKEN$|_SECRET$/

/** The environment of a launched program: everything but tokens (K17). */
const environmentWithoutSecrets = (env: Environment): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !secretVariables.test(name)))

/** Returns the arguments including the address. PowerShell parses its command as code, so the address is a quoted literal there. */
function argumentsFor({ command, args }: Launcher, url: string): string[] {
  if (command === 'powershell.exe') return [...args, `'${url.replaceAll("'", "''")}'`]
  return args.includes('%s') ? args.map((arg) => (arg === '%s' ? url : arg)) : [...args, url]
}

const waitForFailureMs = 1500

/**
 * Opens `url`, passed as one argument without a shell. Returns false if the program is missing or fails within 1.5 s. Does not wait for the
 * browser to close.
 */
export async function openBrowser(launcher: Launcher, url: string, env: Environment): Promise<boolean> {
  const { spawn } = await import('node:child_process')
  return await new Promise((resolve) => {
    const options: SpawnOptions = { stdio: 'ignore', detached: true, env: environmentWithoutSecrets(env) }
    const child = spawn(launcher.command, argumentsFor(launcher, url), options)
    const timer = setTimeout(() => resolve(true), waitForFailureMs)
    const settle = (opened: boolean): void => {
      clearTimeout(timer)
      resolve(opened)
    }
    child.once('error', () => settle(false))
    child.once('exit', (code) => settle(code === 0))
    child.unref()
  })
}
