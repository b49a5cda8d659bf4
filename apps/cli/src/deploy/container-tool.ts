/** Finds and runs the person's docker or podman. Arguments are always a list, never a line for a shell. */
import { spawn } from 'node:child_process'
import { appendFile } from 'node:fs/promises'
import { type Environment, isOsaError, OsaError } from '@osa/sdk/node'

export interface ContainerTool {
  /** As typed: `docker`. */
  readonly command: string
  /** The program behind the command: `docker` may be podman. */
  readonly kind: 'docker' | 'podman'
}

export interface ToolRun {
  /** 0 for success. */
  readonly code: number
  readonly hasStarted: boolean
  /** Completes "docker build …": `exited with 1`, `was ended by SIGKILL`, `cannot be started (ENOENT)`. */
  readonly ending: string
  readonly stdout: string
  /** The last lines of its output, on both streams. */
  readonly lastLines: readonly string[]
}

export interface RunOptions {
  env: Environment
  signal: AbortSignal
  /** The folder it runs in; the current one if absent. */
  cwd?: string
  /** The file that the whole output is appended to. */
  log?: string
  onLine?: (line: string) => void
}

const maxKeptCharacters = 1_000_000
const keptLines = 20

/** The environment without osa's settings, OSA_TOKEN above all. Attestations are off: their timestamps would change every image. */
function childEnvironment(env: Environment): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].toUpperCase().startsWith('OSA_'),
  )
  return { ...Object.fromEntries(kept), BUILDX_NO_DEFAULT_ATTESTATIONS: '1' }
}

/** Runs a program until it ends. `code` is 127 if it cannot be started. On the signal, ends the program and throws `aborted`. */
export async function runTool(command: string, args: readonly string[], options: RunOptions): Promise<ToolRun> {
  const { env, signal, cwd, log, onLine } = options
  const child = spawn(command, args, { cwd, env: childEnvironment(env), stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let all = ''
  let writing = Promise.resolve()
  const keep = (text: string): void => {
    all = (all + text).slice(-maxKeptCharacters)
    if (log) writing = writing.then(() => appendFile(log, text, { mode: 0o600 }))
    for (const line of onLine ? text.split('\n') : []) if (line.trim() !== '') onLine?.(line)
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout = (stdout + text).slice(-maxKeptCharacters)
    keep(text)
  })
  child.stderr.setEncoding('utf8').on('data', keep)
  const stop = (): void => void child.kill('SIGTERM')
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  const end = await new Promise<Pick<ToolRun, 'code' | 'ending' | 'hasStarted'>>((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ code: 127, hasStarted: false, ending: `can't be started (${error.code ?? error.message})` }),
    )
    child.on('close', (code, by) =>
      resolve({
        code: code ?? 1,
        hasStarted: true,
        ending: code === null ? `was ended by ${by}` : `exited with ${code}`,
      }),
    )
  })
  signal.removeEventListener('abort', stop)
  await writing
  if (signal.aborted) throw new OsaError('aborted', 'Cancelled')
  return {
    ...end,
    stdout,
    lastLines: all
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-keptLines),
  }
}

const named = ['docker', 'podman'] as const

/** A daemon that needs longer than this for its version counts as not running. */
const answerWithinMs = 20_000

/** The last line of a failed run's output. */
const lastWords = ({ lastLines }: ToolRun): string => lastLines.at(-1) ?? 'it printed nothing'

/** Returns the tool behind a command if it works, otherwise the reason. `docker version` needs the daemon; podman has none. */
async function toolOrReason(command: string, { env, signal }: RunOptions): Promise<ContainerTool | string> {
  const limited = { env, signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]) }
  const reason = (what: string, run: ToolRun): string =>
    !run.hasStarted ? `${command} ${run.ending}` : `${what} ${run.ending}: ${lastWords(run)}`
  try {
    const program = await runTool(command, ['--version'], limited)
    if (program.code !== 0) return reason(`${command} --version`, program)
    const kind = /podman/i.test(program.stdout) ? 'podman' : 'docker'
    const engine = await runTool(command, ['version'], limited)
    return engine.code === 0 ? { command, kind } : reason(`${command} version`, engine)
  } catch (error) {
    if (isOsaError(error, 'aborted') && !signal.aborted)
      return `${command} did not answer within ${answerWithinMs / 1000} s`
    throw error
  }
}

/** Returns docker if its engine runs, otherwise podman, or the one in OSA_CONTAINER_TOOL. Throws `build_failed`, or `usage` for another name. */
export async function findContainerTool(options: RunOptions): Promise<ContainerTool> {
  const wanted = options.env.OSA_CONTAINER_TOOL
  if (wanted && !named.some((name) => name === wanted)) {
    throw new OsaError('usage', 'OSA_CONTAINER_TOOL is neither docker nor podman', { hint: 'Set it to one of them' })
  }
  const reasons: string[] = []
  for (const command of wanted ? [wanted] : named) {
    const tool = await toolOrReason(command, options)
    if (typeof tool !== 'string') return tool
    reasons.push(tool)
  }
  throw new OsaError('build_failed', `Can't use ${wanted ?? 'docker or podman'} on this computer`, {
    details: reasons,
    hint: 'Start Docker or install podman; or use images that are already pushed: release: {image, digest}',
  })
}
