/** Runs `osa` as a process without a terminal. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { cleanEnvironment, repository } from './node-process.ts'

export interface OsaProcess {
  readonly child: ChildProcess
  stdout(): string
  stderr(): string
  /** Waits until the output of either stream matches. Rejects with the output if the process exits first. */
  until(pattern: RegExp): Promise<RegExpExecArray>
  /** The exit code, or the signal that ended the process. */
  readonly ended: Promise<number | NodeJS.Signals>
}

export interface OsaOptions {
  /** The home folder, created if missing. Credentials are stored in it. */
  home: string
  /** By default the home folder. */
  cwd?: string
  env?: Record<string, string>
  /** Another Node.js, and another installation of `osa` than that of the checkout. */
  node?: string
  bin?: string
}

const checkoutBin = join(repository, 'apps/cli/bin/osa.js')

export function spawnOsa(args: readonly string[], options: OsaOptions): OsaProcess {
  const { home, cwd = home, env = {}, node = process.execPath, bin = checkoutBin } = options
  mkdirSync(home, { recursive: true })
  const child = spawn(node, [bin, ...args], {
    cwd,
    env: {
      ...cleanEnvironment(),
      HOME: home,
      LANG: 'C.UTF-8',
      OSA_BROWSER: 'none',
      OSA_CREDENTIAL_STORE: 'file',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const seen = { stdout: '', stderr: '' }
  const watchers = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      seen[name] += text
      for (const check of [...watchers]) check()
    })
  }
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'))
  })
  const all = () => `${seen.stdout}\n${seen.stderr}`
  return {
    child,
    stdout: () => seen.stdout,
    stderr: () => seen.stderr,
    ended,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const match = pattern.exec(all())
          if (!match) return
          watchers.delete(check)
          resolve(match)
        }
        watchers.add(check)
        check()
        void ended.then((code) => {
          check()
          if (watchers.delete(check)) reject(new Error(`osa exited (${code}) without ${pattern}:\n${all()}`))
        }, reject)
      }),
  }
}

/** Runs `osa` until it exits. */
export async function runOsa(args: readonly string[], options: OsaOptions) {
  const osa = spawnOsa(args, options)
  const code = await osa.ended
  return { code, stdout: osa.stdout(), stderr: osa.stderr() }
}

/** Starts a login and waits for its user code. The login links `cwd`, unless that is the home folder. */
export async function startLogin(url: string, options: OsaOptions, flags: readonly string[] = []) {
  const login = spawnOsa(['login', url, '--json', ...flags], options)
  const [, userCode = ''] = await login.until(/"user_code":"([A-Z]{4}-[A-Z]{4})"/)
  return { ...login, userCode }
}
