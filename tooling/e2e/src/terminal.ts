/** Runs `osa` or another command of this repository in a real pseudo-terminal. */
import { join } from 'node:path'
import { spawn } from '@lydell/node-pty'
import { cleanEnvironment, repository } from './node-process.ts'

export interface Terminal {
  /** Returns the text so far, without colours and cursor movements. */
  screen(): string
  /** Returns the raw output so far, with colours and cursor movements. */
  output(): string
  /** Waits until the screen matches and returns the match. Rejects with the screen after `timeoutMs`. */
  until(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>
  readonly exitCode: Promise<number>
  write(text: string): void
  kill(): void
}

// CSI and OSC sequences, ECMA-48 §5.4 and §8.3.89
const escapes = /\u001b\[[0-9;?]*[A-Za-z]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/g

/** Runs `osa`, or the script `program`, with its own HOME and working directory. */
export function openTerminal(
  args: string[],
  {
    home,
    cwd,
    env = {},
    columns = 100,
    program = 'apps/cli/bin/osa.js',
  }: { home: string; cwd: string; env?: Record<string, string>; columns?: number; program?: string },
): Terminal {
  let text = ''
  const pty = spawn(process.execPath, [join(repository, program), ...args], {
    cols: columns,
    rows: 40,
    cwd,
    env: {
      ...cleanEnvironment(),
      HOME: home,
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      OSA_BROWSER: 'none',
      OSA_CREDENTIAL_STORE: 'file',
      ...env,
    },
  })
  const waiting = new Set<() => void>()
  pty.onData((data) => {
    text += data
    for (const check of waiting) check()
  })
  const exitCode = new Promise<number>((resolve) => pty.onExit((exit) => resolve(exit.exitCode)))
  const screen = () => text.replace(escapes, '').replaceAll('\r', '')
  return {
    screen,
    output: () => text,
    exitCode,
    write: (input) => pty.write(input),
    kill: () => pty.kill('SIGKILL'),
    until: (pattern, timeoutMs = 300_000) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const match = pattern.exec(screen())
          if (!match) return
          clearTimeout(timer)
          waiting.delete(check)
          resolve(match)
        }
        const timer = setTimeout(() => {
          waiting.delete(check)
          reject(new Error(`the terminal never showed ${pattern}:\n${screen()}`))
        }, timeoutMs)
        waiting.add(check)
        check()
      }),
  }
}
