/** Asks questions on stderr: stdout is for data only. */
import { OsaError } from '@osa/sdk/node'

interface Streams {
  input: NodeJS.ReadStream
  output: NodeJS.WriteStream
  signal: AbortSignal
}

/** Reads one line from the terminal, trimmed. Throws `aborted` on Ctrl-C and at the end of input. */
export async function ask(question: string, { input, output, signal }: Streams): Promise<string> {
  // Imported here because most commands ask nothing and start faster without it.
  const { createInterface } = await import('node:readline/promises')
  const lines = createInterface({ input, output })
  const ended = new AbortController()
  // On a terminal readline handles Ctrl-C itself, so the signal is sent again. At the end of input its question would never settle.
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

/** Asks a yes-or-no question; Enter alone means `assume`. */
export async function askYesNo(question: string, options: Streams & { assume: boolean }): Promise<boolean> {
  const answer = await ask(`${question} ${options.assume ? '[Y/n]' : '[y/N]'}`, options)
  return answer === '' ? options.assume : /^y(es)?$/i.test(answer)
}
