/** The real node as a process of its own, started the way a person starts it. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const mainPath = fileURLToPath(new URL('../main.ts', import.meta.url))
const readyWithinMs = 600_000
const endedWithinMs = 600_000

/** Starts `src/main.ts` with this Node.js and waits for its ready line; rejects with its output when it ends before. */
export async function spawnNode(options: { env?: Record<string, string>; nodeBinary?: string } = {}) {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'osa-node-'))
  const child = spawn(options.nodeBinary ?? process.execPath, [mainPath], {
    // nothing of the tests' own environment
    env: { HOME: dataDirectory, PORT: '0', OSA_DATA_DIR: dataDirectory, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
    })
  }
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'))
  })
  // nothing survives a test run that forgot it
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
    return {
      url,
      pid: child.pid,
      dataDirectory,
      /** Asks it to stop; answers its exit code. */
      stop: () => end('SIGTERM'),
      /** Ends it as a power cut would. */
      kill9: () => end('SIGKILL'),
      signal: (signal: NodeJS.Signals) => child.kill(signal),
      ended,
      get stdout() {
        return output.stdout
      },
      get stderr() {
        return output.stderr
      },
      async [Symbol.asyncDispose]() {
        await end('SIGTERM')
      },
    }
  } catch (error) {
    await end('SIGKILL')
    throw new Error(`${error instanceof Error ? error.message : error}\n${output.stdout}${output.stderr}`)
  }
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
