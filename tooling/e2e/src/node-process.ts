/** Runs a node as a process, which tests can call, kill and restart. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export const repository = join(dirname(fileURLToPath(import.meta.url)), '../../..')
const main = join(repository, 'apps/server/src/main.ts')

export interface NodeProcess extends AsyncDisposable {
  /** The public address, from the line that a node prints when it is ready. */
  readonly url: string
  readonly pid: number
  /** Resolves when the process has exited, for any reason. */
  readonly ended: Promise<void>
  /** Returns all output so far, of both streams. */
  output(): string
  /** Sends SIGTERM and waits for the exit. Returns the exit code. */
  stop(): Promise<number | null>
  /** Sends SIGKILL and waits for the exit. */
  kill(): Promise<void>
}

/** Returns an environment without settings of the caller, for a node or a terminal under test. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, LANG, LC_ALL } = process.env
  return Object.fromEntries(
    Object.entries({ PATH, HOME, TMPDIR, LANG, LC_ALL }).filter(([, value]) => value !== undefined),
  )
}

/**
 * Starts a node with these settings (`PORT` 0 unless given) and waits until it is ready, at most `timeoutMs`. `program` replaces the node of
 * the checkout. If the node exits early or `signal` aborts, kills it and rejects with its output.
 */
export async function startNode(
  settings: Readonly<Record<string, string>>,
  {
    timeoutMs = 600_000,
    signal,
    program = [main],
  }: { timeoutMs?: number; signal?: AbortSignal; program?: readonly string[] } = {},
): Promise<NodeProcess> {
  const child = spawn(process.execPath, program, {
    env: { ...cleanEnvironment(), PORT: '0', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // the node must not survive a caller that exits without stopping it
  const killAtExit = () => child.kill('SIGKILL')
  process.once('exit', killAtExit)
  const ended = once(child, 'exit').then(() => {
    process.off('exit', killAtExit)
  })
  const lines: string[] = []
  const url = await readyUrl(
    child,
    lines,
    AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]),
  )
  const end = async (how: NodeJS.Signals) => {
    child.kill(how)
    await ended
  }
  const stop = async () => {
    await end('SIGTERM')
    return child.exitCode
  }
  return {
    url,
    pid: child.pid ?? 0,
    ended,
    output: () => lines.join('\n'),
    stop,
    kill: () => end('SIGKILL'),
    [Symbol.asyncDispose]: async () => {
      await stop()
    },
  }
}

const readyUrl = (child: ChildProcess, lines: string[], signal: AbortSignal): Promise<string> =>
  new Promise((resolve, reject) => {
    const fail = (what: string) => {
      child.kill('SIGKILL')
      reject(new Error(`${what}:\n${lines.join('\n')}`))
    }
    const giveUp = () => fail('the node was not ready in time')
    signal.addEventListener('abort', giveUp)
    child.once('error', (error) => fail(`the node could not be started (${error.message})`))
    child.once('exit', (code) => fail(`the node exited with ${code} before it was ready`))
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line)
        const url = /OSA node ready at (\S+)/.exec(line)?.[1]
        if (url === undefined) return
        signal.removeEventListener('abort', giveUp)
        resolve(url)
      })
    }
  })
