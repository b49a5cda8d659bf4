/** Help texts, made from the commands' own records. */
import type { Command, CommandMetadata, OptionMetadata } from './command.ts'
import type { Io } from './io.ts'
import { globalOptions, optionLabel } from './options.ts'
import { version } from './version.ts'

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')
}

const optionsTable = (options: readonly OptionMetadata[]): string =>
  table(options.filter(({ hidden }) => !hidden).map((option) => [optionLabel(option), option.help]))

/** Prints a help text; with `--json` in a document, like everything else. */
export function showHelp(io: Io, help: string): void {
  if (io.isJson) io.json({ v: 1, ok: true, help })
  else io.page(help)
}

/** What `osa` alone and `osa --help` print. */
export const generalHelp = (commands: readonly Command[]): string =>
  [
    `osa ${version} – sign in to an Open Science Archive and work with it`,
    '',
    'Usage: osa <command> [options]',
    '',
    'Commands:',
    table(commands.map(({ metadata }) => [`${metadata.name} ${metadata.positionals}`.trim(), metadata.summary])),
    '',
    'Options for every command:',
    optionsTable([...globalOptions, { name: 'version', alias: 'V', help: 'Show the version' }]),
    '',
    'Examples:',
    '  osa login archive.example.org',
    '  osa whoami',
    '  osa status',
    '',
    'More about a command: osa help <command>',
    'For scripts: every command takes --json; exit codes are in the README.',
  ].join('\n')

/** What `osa <command> --help` prints. */
export function commandHelp(metadata: CommandMetadata): string {
  const { name, positionals, summary, options, environment = [], examples } = metadata
  return [
    summary,
    '',
    `Usage: osa ${[name, positionals, '[options]'].filter(Boolean).join(' ')}`,
    ...(options.length > 0 ? ['', 'Options:', optionsTable(options)] : []),
    '',
    'Options for every command:',
    optionsTable(globalOptions),
    ...(environment.length > 0 ? ['', 'Environment:', table(environment)] : []),
    '',
    'Examples:',
    ...examples.map((example) => `  osa ${example}`),
  ].join('\n')
}
