/** Runs `osa` in an empty home folder: the built command as a process, or the sources in this process. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { spawn as spawnPty } from '@lydell/node-pty'
import { makeTemporaryDir } from '@osa/sdk/testing'
import { runProgram } from '../program.ts'

/** The CLI supports older Nodes than its tests do. OSA_TEST_NODE names another Node to run it with. */
const node = process.env.OSA_TEST_NODE ?? process.execPath
const bin = fileURLToPath(new URL('../../bin/osa.js', import.meta.url))

export interface Finished {
  code: number | null
  stdout: string
  stderr: string
}

export interface RunOptions {
  env?: Record<string, string | undefined>
  cwd?: string
  input?: string
  /** Wraps `argv` into a command line that runs it inside something else. */
  within?: (argv: readonly string[]) => [command: string, args: string[]]
  /** Called with the process when it has started. */
  onStart?: (child: ChildProcess) => void
  onStdout?: (soFar: string) => void
  onStderr?: (soFar: string) => void
}

export interface Sandbox extends AsyncDisposable {
  readonly home: string
  /** An empty folder below `home`, the default current folder. */
  readonly project: string
  readonly credentials: string
  readonly linkFile: string
  /**
   * Runs the sources in this process, without terminal and input. A hundred times faster than `run`, which is needed only for signals,
   * pipes, keychains and a person's own configuration file.
   */
  call(args: readonly string[], options?: Pick<RunOptions, 'env' | 'cwd'>): Promise<Finished>
  /** Runs the built command as a process without a terminal. */
  run(args: readonly string[], options?: RunOptions): Promise<Finished>
  /** Runs the built command on a terminal. Each of the `answers` is typed when its key appears on the screen. */
  runOnTerminal(
    args: readonly string[],
    options?: {
      env?: Record<string, string | undefined>
      cwd?: string
      answers?: Record<string, string>
      columns?: number
      rows?: number
    },
  ): Promise<{ code: number; screen: string; raw: string }>
  readCredentials(): Promise<Record<string, Record<string, unknown>>>
  /** Returns the environment of a run, with `more` added. */
  env(more: Record<string, string | undefined>): Record<string, string>
}

const terminalCodes = /\u001b\[[0-9;?]*[A-Za-z]/g

function environment(home: string, more: Record<string, string | undefined> = {}): Record<string, string> {
  const all = { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8', ...more }
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** Runs `osa` in this process. */
async function callOsa(args: readonly string[], host: { env: Record<string, string>; cwd: string }): Promise<Finished> {
  const [stdin, stdout, stderr] = [new PassThrough().end(), new PassThrough(), new PassThrough()]
  const written = Promise.all([text(stdout), text(stderr)])
  const streams = { stdin, stdout, stderr } as unknown as Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr'>
  const code = await runProgram(args, { ...streams, env: host.env, cwd: () => host.cwd })
  stdout.end()
  stderr.end()
  const [out, err] = await written
  return { code, stdout: out, stderr: err }
}

/** Makes a home folder with a project in it. Dispose it with `await using`. `program`: an `osa` to use instead of this checkout's. */
export async function makeSandbox(options: { program?: string } = {}): Promise<Sandbox> {
  const { program = bin } = options
  const temporary = await makeTemporaryDir()
  const home = join(temporary.path, 'home')
  const project = join(home, 'project')
  await mkdir(project, { recursive: true })
  const credentials = join(home, '.config', 'osa', 'credentials.json')
  return {
    home,
    project,
    credentials,
    linkFile: join(project, '.osa', 'config.json'),
    env: (more) => environment(home, more),
    readCredentials: async () => JSON.parse(await readFile(credentials, 'utf8')),
    call: (args, { env, cwd = project } = {}) => callOsa(args, { env: environment(home, env), cwd }),
    run: (args, options = {}) =>
      new Promise((resolve, reject) => {
        const env = environment(home, options.env)
        const { within = ([command = '', ...rest]) => [command, rest] } = options
        const [command, argv] = within([node, program, ...args])
        const child = spawn(command, argv, { cwd: options.cwd ?? project, env })
        const seen = { stdout: '', stderr: '' }
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          seen.stdout += text
          options.onStdout?.(seen.stdout)
        })
        child.stderr.setEncoding('utf8').on('data', (text: string) => {
          seen.stderr += text
          options.onStderr?.(seen.stderr)
        })
        child.on('error', reject).on('close', (code) => resolve({ code, ...seen }))
        // A command that fails early ends without reading its input.
        child.stdin.on('error', () => undefined).end(options.input ?? '')
        options.onStart?.(child)
      }),
    runOnTerminal: (args, { env, cwd = project, answers = {}, columns = 160, rows = 50 } = {}) =>
      new Promise((resolve) => {
        const pty = spawnPty(node, [program, ...args], {
          cwd,
          cols: columns,
          rows,
          env: environment(home, { TERM: 'xterm', ...env }),
        })
        let screen = ''
        const open = new Map(Object.entries(answers))
        pty.onData((text) => {
          screen += text
          for (const [question, answer] of open) {
            if (!screen.includes(question)) continue
            open.delete(question)
            pty.write(answer)
          }
        })
        pty.onExit(({ exitCode }) =>
          resolve({ code: exitCode, screen: screen.replace(terminalCodes, ''), raw: screen }),
        )
      }),
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  }
}
