/** The options that every command has. */
import type { OptionMetadata } from './command.ts'

export const globalOptions: readonly OptionMetadata[] = [
  { name: 'server', argument: 'url', help: 'The archive to use' },
  { name: 'json', help: 'Print one JSON document instead of text' },
  { name: 'verbose', alias: 'v', help: 'Print more detail' },
  { name: 'quiet', alias: 'q', help: 'Print only results, questions, warnings and errors' },
  { name: 'no-color', help: "Don't use colours" },
  { name: 'non-interactive', help: 'Never ask questions' },
  { name: 'timeout', argument: 'seconds', help: 'How long to wait for each request (default 30)' },
  { name: 'cwd', argument: 'dir', help: 'Run as if started in this folder' },
  { name: 'help', alias: 'h', help: 'Show help' },
]

/** The options that can stand before a command. */
export const leadingOptions: readonly OptionMetadata[] = [
  ...globalOptions,
  { name: 'version', alias: 'V', help: 'Show the version' },
]

/** Returns the arguments before `--`: only these can be options. */
export function beforeDashes(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--')
  return end === -1 ? argv : argv.slice(0, end)
}

/** Returns an option in the form that the help and the parser use: `-v, --verbose`, `--server <url>`. */
export const optionLabel = ({ name, alias, argument }: OptionMetadata): string =>
  `${alias ? `-${alias}, ` : ''}--${name}${argument ? ` <${argument}>` : ''}`
