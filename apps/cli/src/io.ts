/**
 * The only door to the terminal. What a command was asked for goes to stdout, progress and notes to stderr; whatever is said is cleaned
 * first, so that no string from a server, a file or a name can move the cursor (K05).
 */
import { cleanText, OsaError } from '@osa/sdk/node'
import { createLiveLine } from './live-line.ts'
import { address, emphasised, fitToLook, type Look, type Mark, mark } from './marks.ts'
import { ask, askYesNo } from './prompt.ts'
import { hanging } from './wrap.ts'

/** Lines of a command's result, for a person, on stdout: marks in colour only where that is a terminal. Silent with `--json`. */
export interface ResultLines {
  /** How wide a line may be: the terminal's width, or a page's where there is none. */
  readonly columns: number
  /** A line with or without a mark before it. */
  row(mark: Mark | null, text: string): void
  blank(): void
}

/** Lines for a person on stderr. Silent with `--json`. */
export interface NoteLines {
  ok(text: string): void
  /** A plain line, indented. */
  say(text: string): void
  /** What a person needs, and what it is: it stands out, an address most of all, and below its label where the line is too short for both. */
  point(label: string, value: string, kind?: 'text' | 'address'): void
  hint(text: string): void
  /** The start of a part of a long run: `==> Building images (2)`. */
  phase(text: string): void
  blank(): void
  /** A drawing of our own, line by line, in black on white whatever the terminal's colours. */
  drawing(lines: readonly string[]): void
}

/** Its own lines are progress and notes, which `--quiet` silences. */
export interface Io extends NoteLines {
  /** What a run cannot do without, said with `--quiet` too: what an error is about, what a question is about, where to sign in. */
  readonly needed: NoteLines
  readonly result: ResultLines
  /** With `--json`, people's lines are silent (warnings are not). */
  readonly isJson: boolean
  /** Whether stderr is a terminal: lines meant for a person looking on. */
  readonly hasOnlooker: boolean
  /** Whether a question may be asked at all. */
  readonly canAsk: boolean
  /** Whether a line may be redrawn in place: on a terminal, without `--json` and `--quiet`. */
  readonly isLive: boolean
  /** Whether data goes to a terminal, where a person (or a camera) sees it. */
  readonly isDataShown: boolean
  /** How things may look: for drawings. */
  readonly look: Look
  readonly rows: number
  /** One line of data on stdout. */
  data(line: string): void
  /** A text of several lines on stdout: help. */
  page(text: string): void
  /** A line of the debug log, also with `--json`. */
  debug(line: string): void
  /** One JSON document on one line of stdout. */
  json(document: object): void
  warn(text: string): void
  /** What was warned of so far, for a document. */
  readonly warnings: readonly string[]
  /** An error: also shown with `--json` off only. */
  fail(text: string): void
  /** How wide a line on stderr may be: the terminal's width, or a page's where there is none. */
  readonly columns: number
  /** A line redrawn four times a second until stopped. */
  spin(render: () => string): { stop(): void }
  confirm(question: string, options: { assume: boolean; signal: AbortSignal }): Promise<boolean>
  ask(question: string, options: { signal: AbortSignal }): Promise<string>
  /** All of standard input, such as a token that is piped in. Rejects with `usage` when there is far too much of it, `aborted` on the signal. */
  input(options: { signal: AbortSignal; maxBytes?: number }): Promise<string>
}

export interface IoOptions {
  /** Opened when a question is asked or input is read: opening it costs start-up time. */
  stdin: () => NodeJS.ReadStream
  stdout: NodeJS.WriteStream
  stderr: NodeJS.WriteStream
  /** How things may look on stderr. */
  look: Look
  /** How things may look on stdout. */
  resultLook: Look
  isJson: boolean
  isQuiet: boolean
  isInteractive: boolean
  isLive: boolean
}

const maxLineCharacters = 400
const [blackOnWhite, colourOff] = ['\u001b[30;47m', '\u001b[0m']
/** Where the output is no terminal: wide enough for any table. */
const pageColumns = 120

const margin = '   '

/** Breaks a text at its words where a terminal would break it anywhere; in a file a line stays one. */
const fitted = (text: string, { isTTY, columns }: NodeJS.WriteStream): string =>
  isTTY ? hanging(text, columns || pageColumns, margin) : text

/** JSON escapes the C0 controls only; the others, and what reorders text, may stand on a terminal just as well (K05). */
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
