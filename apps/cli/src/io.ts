/**
 * All output goes through this file: results to stdout, progress and notes to stderr. Every text is cleaned first, so that no string from a
 * server, a file or a name can move the cursor (K05).
 */
import { cleanText, OsaError } from '@osa/sdk/node'
import { createLiveLine } from './live-line.ts'
import { address, emphasised, fitToLook, type Look, type Mark, mark } from './marks.ts'
import { ask, askYesNo } from './prompt.ts'
import { hanging } from './wrap.ts'

/** Prints the lines of a command's result on stdout, for people. Marks have colours only on a terminal. Silent with `--json`. */
export interface ResultLines {
  /** The maximum width of a line: that of the terminal, or a default. */
  readonly columns: number
  /** Prints a line, with or without a mark before it. */
  row(mark: Mark | null, text: string): void
  blank(): void
}

/** Prints lines for people on stderr. Silent with `--json`. */
export interface NoteLines {
  ok(text: string): void
  /** Prints a plain line, indented. */
  say(text: string): void
  /** Prints a label and, highlighted, a value that the person needs. The value goes below the label if the line is too short for both. */
  point(label: string, value: string, kind?: 'text' | 'address'): void
  hint(text: string): void
  /** Prints the heading of one part of a long run: `==> Building images (2)`. */
  phase(text: string): void
  blank(): void
  /** Prints a drawing line by line, in black on white whatever the terminal's colours. */
  drawing(lines: readonly string[]): void
}

/** The methods inherited from `NoteLines` print progress and notes, which `--quiet` silences. */
export interface Io extends NoteLines {
  /** Lines that `--quiet` does not silence: the details of an error, the context of a question, where to sign in. */
  readonly needed: NoteLines
  readonly result: ResultLines
  /** With `--json`, lines for people are not printed, except warnings. */
  readonly isJson: boolean
  /** Whether stderr is a terminal, where a person reads the lines. */
  readonly hasOnlooker: boolean
  /** Whether questions are allowed. */
  readonly canAsk: boolean
  /** Whether a line may be redrawn in place: on a terminal, without `--json` and `--quiet`. */
  readonly isLive: boolean
  /** Whether stdout is a terminal, where other people may see the data. */
  readonly isDataShown: boolean
  /** The look of stderr, for drawings. */
  readonly look: Look
  readonly rows: number
  /** Prints one line of data on stdout. */
  data(line: string): void
  /** Prints a text of several lines on stdout, such as help. */
  page(text: string): void
  /** Prints a line of the debug log, also with `--json`. */
  debug(line: string): void
  /** Prints a JSON document as one line on stdout. */
  json(document: object): void
  warn(text: string): void
  /** The warnings so far, for a JSON document. */
  readonly warnings: readonly string[]
  /** Prints the headline of an error. Silent with `--json`. */
  fail(text: string): void
  /** The maximum width of a line on stderr: that of the terminal, or a default. */
  readonly columns: number
  /** Draws a line four times a second until stopped. */
  spin(render: () => string): { stop(): void }
  confirm(question: string, options: { assume: boolean; signal: AbortSignal }): Promise<boolean>
  ask(question: string, options: { signal: AbortSignal }): Promise<string>
  /** Reads all of standard input, such as a piped token. Rejects with `usage` if it is longer than `maxBytes` (default 65,536), `aborted` on the signal. */
  input(options: { signal: AbortSignal; maxBytes?: number }): Promise<string>
}

export interface IoOptions {
  /** Called only to ask a question or read input: opening standard input costs start-up time. */
  stdin: () => NodeJS.ReadStream
  stdout: NodeJS.WriteStream
  stderr: NodeJS.WriteStream
  /** The look of stderr. */
  look: Look
  /** The look of stdout. */
  resultLook: Look
  isJson: boolean
  isQuiet: boolean
  isInteractive: boolean
  isLive: boolean
}

const maxLineCharacters = 400
const [blackOnWhite, colourOff] = ['\u001b[30;47m', '\u001b[0m']
/** The width to assume if the output is not a terminal: enough for any table. */
const pageColumns = 120

const margin = '   '

/** Wraps a text at its words for a terminal, which would break it inside words. In a file, a line stays one line. */
const fitted = (text: string, { isTTY, columns }: NodeJS.WriteStream): string =>
  isTTY ? hanging(text, columns || pageColumns, margin) : text

/** Escapes the C1 controls and the characters that reorder text (K05). JSON itself escapes only the C0 controls. */
const escapeForTerminal = (json: string): string =>
  json.replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

export function createIo(options: IoOptions): Io {
  const { stdin, stdout, stderr, look, resultLook, isJson, isQuiet } = options
  const cleanFor = (text: string, as: Look): string => fitToLook(cleanText(text, maxLineCharacters), as)
  const clean = (text: string): string => cleanFor(text, look)
  const live = createLiveLine({ output: stderr, look, clean })
  const write = (text: string): void => {
    live.clear()
    stderr.write(text)
  }
  const print = (text: string): void => {
    live.clear()
    stdout.write(text)
  }
  const marked = (kind: Mark, text: string): void => write(` ${mark(kind, look)} ${fitted(clean(text), stderr)}\n`)
  const warnings: string[] = []
  const unlessJson = (work: () => void): void => {
    if (!isJson) work()
  }
  const notes = (isSilent: boolean): NoteLines => {
    const say = (work: () => void): void => {
      if (!isSilent) work()
    }
    return {
      ok: (text) => say(() => marked('ok', text)),
      say: (text) => say(() => write(`${margin}${fitted(clean(text), stderr)}\n`)),
      point: (label, value, kind = 'text') =>
        say(() => {
          const [before, shown] = [clean(label), clean(value)]
          const isWide = margin.length + before.length + shown.length > (stderr.columns || pageColumns)
          const space = isWide && before !== '' ? `${before.trimEnd()}\n${margin}` : before
          write(`${margin}${space}${kind === 'address' ? address(shown, look) : emphasised(shown, look)}\n`)
        }),
      hint: (text) => say(() => marked('hint', text)),
      phase: (text) => say(() => write(`==> ${clean(text)}\n`)),
      blank: () => say(() => write('\n')),
      drawing: (lines) =>
        say(() => {
          for (const line of lines) write(`${blackOnWhite}${line}${colourOff}\n`)
        }),
    }
  }

  return {
    ...notes(isJson || isQuiet),
    needed: notes(isJson),
    result: {
      get columns() {
        return stdout.columns || pageColumns
      },
      row: (kind, text) =>
        unlessJson(() =>
          print(` ${kind ? mark(kind, resultLook) : ' '} ${fitted(cleanFor(text, resultLook), stdout)}\n`),
        ),
      blank: () => unlessJson(() => print('\n')),
    },
    isJson,
    hasOnlooker: stderr.isTTY === true,
    isDataShown: stdout.isTTY === true,
    look,
    get columns() {
      return stderr.columns || pageColumns
    },
    get rows() {
      return stderr.rows || 0
    },
    get canAsk() {
      return options.isInteractive && !isJson && stderr.isTTY === true && stdin().isTTY === true
    },
    isLive: options.isLive && !isJson && !isQuiet && stderr.isTTY === true,
    data: (line) => print(`${cleanText(line, 16_384)}\n`),
    page: (text) => print(`${fitToLook(text, resultLook)}\n`),
    debug: (line) => write(`   ${clean(line)}\n`),
    json: (document) => print(`${escapeForTerminal(JSON.stringify(document))}\n`),
    warn: (text) => {
      warnings.push(cleanText(text, maxLineCharacters))
      marked('warning', text)
    },
    warnings,
    fail: (text) => unlessJson(() => marked('fail', text)),
    spin: live.start,
    confirm: (question, { assume, signal }) =>
      live.away(() => askYesNo(clean(question), { input: stdin(), output: stderr, assume, signal })),
    ask: (question, { signal }) => live.away(() => ask(clean(question), { input: stdin(), output: stderr, signal })),
    input: (read) => readAll(stdin(), read),
  }
}

const maxTokenBytes = 65_536

async function readAll(
  stdin: NodeJS.ReadStream,
  { signal, maxBytes = maxTokenBytes }: { signal: AbortSignal; maxBytes?: number },
): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  const stop = (): void => void stdin.destroy(new OsaError('aborted', 'Cancelled'))
  signal.addEventListener('abort', stop)
  try {
    for await (const chunk of stdin) {
      size += (chunk as Buffer).byteLength
      if (size > maxBytes) throw new OsaError('usage', `Standard input is longer than ${maxBytes} bytes`)
      chunks.push(chunk as Buffer)
    }
  } finally {
    signal.removeEventListener('abort', stop)
  }
  return Buffer.concat(chunks).toString('utf8')
}
