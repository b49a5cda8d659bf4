/** Help texts, made from the commands' own records. */
import type { Command, OptionMetadata } from './command.ts'
import { globalOptions } from './flags.ts'
import { version } from './version.ts'

const optionLabel = ({ name, alias, argument }: OptionMetadata): string =>
  `${alias ? `-${alias}, ` : ''}--${name}${argument ? ` <${argument}>` : ''}`

const table = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')
}

const optionsTable = (options: readonly OptionMetadata[]): string =>
  table(options.map((option) => [optionLabel(option), option.help]))

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
    '',
    'More about a command: osa <command> --help',
  ].join('\n')

/** What `osa <command> --help` prints. */
export const commandHelp = ({ metadata }: Command): string => {
  const { name, positionals, summary, options, examples } = metadata
  return [
    summary,
    '',
    `Usage: osa ${[name, positionals, '[options]'].filter(Boolean).join(' ')}`,
    ...(options.length > 0 ? ['', 'Options:', optionsTable(options)] : []),
    '',
    'Options for every command:',
    optionsTable(globalOptions),
    '',
    'Examples:',
    ...examples.map((example) => `  osa ${example}`),
  ].join('\n')
}
