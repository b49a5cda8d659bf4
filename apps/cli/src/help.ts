/** Help texts, generated from the catalogue and wrapped to the width of the terminal. */
import type { Command, CommandMetadata, OptionMetadata } from './command.ts'
import type { Io } from './io.ts'
import { globalOptions, leadingOptions, optionLabel } from './options.ts'
import { version } from './version.ts'
import { hanging } from './wrap.ts'

/** If the right column of a table would be narrower than this, its texts go below the left column. */
const narrowestColumn = 30
/** Longer lines are hard to read, however wide the terminal. */
const widestLine = 100

type Row = readonly [left: string, right: string]

function table(rows: readonly Row[], width: number): string {
  const left = Math.max(...rows.map(([name]) => name.length))
  const isWide = width - left - 4 >= narrowestColumn
  const margin = ' '.repeat(isWide ? left + 4 : 6)
  return rows
    .map(([name, text]) => {
      const beside = hanging(text, width, margin)
      return isWide ? `  ${name.padEnd(left)}  ${beside}` : `  ${name}\n${margin}${beside}`
    })
    .join('\n')
}

const optionRows = (options: readonly OptionMetadata[]): Row[] =>
  options.filter(({ hidden }) => !hidden).map((option) => [optionLabel(option), option.help])

/** Command lines that can be copied: a long one is continued with a backslash. */
const examplesOf = (examples: readonly string[], width: number): string =>
  examples.map((example) => `  ${hanging(`osa ${example}`, width, '    ', ' \\')}`).join('\n')

/** Prints a help text for the width of the terminal; with `--json`, as a document. */
export function showHelp(io: Io, help: (width: number) => string): void {
  const text = help(Math.min(io.result.columns, widestLine))
  if (io.isJson) io.json({ v: 1, ok: true, help: text })
  else io.page(text)
}

/** The summary and examples of the whole program. */
export const program = {
  summary: 'sign in to an Open Science Archive and work with it',
  examples: ['login archive.example.org', 'whoami', 'status'],
} as const

/** What `osa` alone and `osa --help` print. */
export const generalHelp =
  (commands: readonly Command[]) =>
  (width: number): string =>
    [
      hanging(`osa ${version} – ${program.summary}`, width, ''),
      '',
      'Usage: osa <command> [options]',
      '',
      'Commands:',
      table(
        commands.map(({ metadata }) => [metadata.name, metadata.summary]),
        width,
      ),
      '',
      'Options for every command:',
      table(optionRows(leadingOptions), width),
      '',
      'Examples:',
      examplesOf(program.examples, width),
      '',
      hanging('For more about a command: osa help <command>', width, ''),
      hanging('For scripts: every command takes --json; exit codes are in the README.', width, ''),
    ].join('\n')

/** What `osa <command> --help` prints. */
export const commandHelp =
  (metadata: CommandMetadata) =>
  (width: number): string => {
    const { name, positionals, summary, options, environment = [], examples } = metadata
    return [
      hanging(summary, width, ''),
      '',
      hanging(`Usage: osa ${[name, positionals, '[options]'].filter(Boolean).join(' ')}`, width, '  '),
      ...(options.length > 0 ? ['', 'Options:', table(optionRows(options), width)] : []),
      '',
      'Options for every command:',
      table(optionRows(globalOptions), width),
      ...(environment.length > 0 ? ['', 'Environment:', table(environment, width)] : []),
      '',
      'Examples:',
      examplesOf(examples, width),
    ].join('\n')
  }
