/** Runs the commands of a documentation page as printed. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './node-process.ts'

/** Returns the code blocks marked `sh`, in order. */
export const commandsOf = (page: string): string[] =>
  [...readFileSync(join(repository, 'apps/docs', page), 'utf8').matchAll(/^```sh\n(.*?)^```$/gms)].map(
    ([, text = '']) => text,
  )

export interface Printed {
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs the blocks of a page in order, in a shell that stops at the first failure. `next` rejects with the output if a block fails or there is
 * none left; `done` throws if blocks were not run. `within` is a command prefix that runs the shell elsewhere.
 */
export function followPage(
  page: string,
  { cwd, env, within = [] }: { cwd: string; env: Record<string, string>; within?: readonly string[] },
) {
  const blocks = commandsOf(page)
  let at = 0
  return {
    /** Runs the next block. It must contain `part`, so that a change of the page fails at the right step of the test. */
    async next(part: string, more: Record<string, string> = {}): Promise<Printed> {
      const block = blocks[at++] ?? ''
      if (!block.includes(part)) throw new Error(`block ${at} of ${page} does not contain "${part}":\n${block}`)
      return shell([...within, 'bash', '-euo', 'pipefail', '-c', block], { cwd, env: { ...env, ...more } })
    },
    done() {
      if (at !== blocks.length) throw new Error(`${blocks.length - at} blocks of ${page} were not run`)
    },
  }
}

/** Runs a command with the repository's commands on the path, as `npx` does. */
const shell = (
  [program = '', ...args]: readonly string[],
  { cwd, env }: { cwd: string; env: Record<string, string> },
): Promise<Printed> =>
  new Promise((resolve, reject) => {
    const path = `${join(repository, 'node_modules/.bin')}:${env.PATH ?? process.env.PATH}`
    const child = spawn(program, args, {
      cwd,
      env: { ...env, PATH: path },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const printed = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        printed[name] += chunk
      })
    }
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(printed)
      else reject(new Error(`exited with ${code}:\n${args.at(-1)}\n${printed.stdout}${printed.stderr}`))
    })
  })
