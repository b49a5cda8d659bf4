/** Questions at a terminal; what is secret is not shown as it is typed. */
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { CommandIo } from '../command.ts'

export interface Questions extends Disposable {
  /** The answer without spaces around it; null when the terminal's input ended (Ctrl-C, Ctrl-D). */
  ask(question: string, options: { hidden: boolean }): Promise<string | null>
}

/** Asks on standard error, so that standard output has nothing but the result. */
export function openQuestions({ stdin, stderr }: Pick<CommandIo, 'stdin' | 'stderr'>): Questions {
  let muted = false
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (!muted) stderr.write(chunk)
      done()
    },
  })
  const lines = createInterface({ input: stdin, output, terminal: true })
  const closed = new Promise<null>((resolve) => lines.once('close', () => resolve(null)))
  return {
    async ask(question, { hidden }) {
      stderr.write(`${question}\n`)
      const answered = lines.question('> ')
      muted = hidden
      const answer = await Promise.race([answered, closed])
      muted = false
      if (hidden) stderr.write('\n')
      return answer === null ? null : answer.trim()
    },
    [Symbol.dispose]: () => lines.close(),
  }
}
