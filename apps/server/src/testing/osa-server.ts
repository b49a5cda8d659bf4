/** `osa-server` as a person runs it: the real command as a process. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export const osaServerPath = fileURLToPath(new URL('../../bin/osa-server.js', import.meta.url))

/** Runs it to its end with these settings and nothing of the tests' own environment. */
export async function osaServer(args: readonly string[], env: Record<string, string> = {}, cwd?: string) {
  const child = spawn(process.execPath, [osaServerPath, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
    })
  }
  const [code] = await once(child, 'close')
  return { code: Number(code), ...output }
}

/** What it printed with `--json`. */
export const documents = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
