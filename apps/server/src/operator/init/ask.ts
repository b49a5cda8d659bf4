/** Asks questions at a terminal, without echo for secrets. */
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { CommandIo } from '../command.ts'

export interface Questions extends Disposable {
  /** Returns the trimmed answer, or null if the input ended (Ctrl-C, Ctrl-D). */
  ask(question: string, options: { hidden: boolean }): Promise<string | null>
}

/** Opens the terminal for questions. They go to standard error, so that standard output has only the result. */
export function openQuestions({ stdin, stderr }: Pick<CommandIo, 'stdin' | 'stderr'>): Questions {
  let muted = false
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (!muted) stderr.write(chunk)
      done()
    },
  })
  const lines = createInterface({ input: stdin, output, terminal: true })
  // After Ctrl-Z and fg, readline leaves the input paused, and a process that waits for nothing exits with 0.
  lines.on('SIGCONT', () => lines.resume())
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
