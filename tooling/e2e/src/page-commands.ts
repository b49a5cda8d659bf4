/** The commands of a page of the documents, to be run as they are printed. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './node-process.ts'

/** The blocks marked `sh`, in order. */
export const commandsOf = (page: string): string[] =>
  [...readFileSync(join(repository, 'apps/docs', page), 'utf8').matchAll(/^```sh\n(.*?)^```$/gms)].map(
    ([, text = '']) => text,
  )

export interface Printed {
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs each block of a page with a shell that stops at the first failure, in order. Rejects with all it printed when one fails, when `done`
 * is called before all were run, and when there is no next one. `within` is a command that runs another one somewhere else.
 */
export function followPage(
  page: string,
  { cwd, env, within = [] }: { cwd: string; env: Record<string, string>; within?: readonly string[] },
) {
  const blocks = commandsOf(page)
  let at = 0
  return {
    /** Runs the next block, which must have `part` in it: whoever edits the page sees which step of the test it belongs to. */
    async next(part: string, more: Record<string, string> = {}): Promise<Printed> {
      const block = blocks[at++] ?? ''
      if (!block.includes(part)) throw new Error(`block ${at} of ${page} was to have "${part}" in it:\n${block}`)
      return shell([...within, 'bash', '-euo', 'pipefail', '-c', block], { cwd, env: { ...env, ...more } })
    },
    done() {
      if (at !== blocks.length) throw new Error(`${blocks.length - at} blocks of ${page} were not run`)
    },
  }
}

/** With the repository's commands on the path, as `npx` has them. */
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
      else reject(new Error(`ended with ${code}:\n${args.at(-1)}\n${printed.stdout}${printed.stderr}`))
    })
  })
