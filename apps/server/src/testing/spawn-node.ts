/** Starts the real node as a process, like a person does. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const mainPath = fileURLToPath(new URL('../main.ts', import.meta.url))
const readyWithinMs = 600_000
const endedWithinMs = 600_000

/** Starts `src/main.ts` with this Node.js and waits for its ready line. Rejects with its output if it exits before. */
export async function spawnNode(options: { env?: Record<string, string>; nodeBinary?: string } = {}) {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'osa-node-'))
  const child = spawn(options.nodeBinary ?? process.execPath, [mainPath], {
    // without the environment of the tests
    env: { HOME: dataDirectory, PORT: '0', OSA_DATA_DIR: dataDirectory, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = collectedOutput(child)
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'))
  })
  // stops the process if a test did not
  const killAtExit = () => child.kill('SIGKILL')
  process.once('exit', killAtExit)
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    const overdue = setTimeout(killAtExit, endedWithinMs)
    const code = await ended
    clearTimeout(overdue)
    process.off('exit', killAtExit)
    rmSync(dataDirectory, { recursive: true, force: true })
    return code
  }
  try {
    const url = await readyUrl(() => output.stdout, ended)
    return Object.assign(output, {
      url,
      pid: child.pid,
      dataDirectory,
      /** Stops the node and returns its exit code. */
      stop: () => end('SIGTERM'),
      /** Kills the node, like a power cut. */
      kill9: () => end('SIGKILL'),
      signal: (signal: NodeJS.Signals) => child.kill(signal),
      ended,
      async [Symbol.asyncDispose]() {
        await end('SIGTERM')
      },
    })
  } catch (error) {
    await end('SIGKILL')
    throw new Error(`${error instanceof Error ? error.message : error}\n${output.stdout}${output.stderr}`)
  }
}

/** Collects the output of a process; the texts grow while it runs. */
export function collectedOutput(child: ChildProcessByStdio<null, Readable, Readable>) {
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
    })
  }
  return output
}

export type SpawnedNode = Awaited<ReturnType<typeof spawnNode>>

async function readyUrl(stdout: () => string, ended: Promise<unknown>): Promise<string> {
  let over = false
  void ended.then(() => {
    over = true
  })
  for (const givesUpAt = Date.now() + readyWithinMs; Date.now() < givesUpAt; ) {
    const [, url] = /^OSA node ready at (\S+)$/m.exec(stdout()) ?? []
    if (url !== undefined) return url
    if (over) throw new Error('The node ended before it was ready.')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('The node was not ready in time.')
}
