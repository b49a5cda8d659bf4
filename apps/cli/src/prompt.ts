/** Questions to a person, on stderr so that stdout stays data. */
import { OsaError } from '@osa/sdk/node'

interface Streams {
  input: NodeJS.ReadStream
  output: NodeJS.WriteStream
  signal: AbortSignal
}

/** One line from the terminal, trimmed. Throws `aborted` on Ctrl-C and at the end of input. */
export async function ask(question: string, { input, output, signal }: Streams): Promise<string> {
  // Loaded here: most commands ask nothing, and start faster without it.
  const { createInterface } = await import('node:readline/promises')
  const lines = createInterface({ input, output })
  const ended = new AbortController()
  // Readline takes Ctrl-C for itself on a terminal; end of input would leave the question open for ever.
  lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  // After Ctrl-Z and fg, readline leaves the input paused, and a process that waits for nothing exits with 0.
  lines.on('SIGCONT', () => lines.resume())
  lines.once('close', () => ended.abort())
  try {
    return (await lines.question(`   ${question} `, { signal: AbortSignal.any([signal, ended.signal]) })).trim()
  } catch (error) {
    throw new OsaError('aborted', 'Cancelled', { cause: error })
  } finally {
    lines.close()
  }
}

/** Yes or no; just Enter means `assume`. */
export async function askYesNo(question: string, options: Streams & { assume: boolean }): Promise<boolean> {
  const answer = await ask(`${question} ${options.assume ? '[Y/n]' : '[y/N]'}`, options)
  return answer === '' ? options.assume : /^y(es)?$/i.test(answer)
}
