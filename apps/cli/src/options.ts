/** The options that every command takes. */
import type { OptionMetadata } from './command.ts'

export const globalOptions: readonly OptionMetadata[] = [
  { name: 'server', argument: 'url', help: 'The archive to talk to' },
  { name: 'json', help: 'Print one JSON document instead of text' },
  { name: 'verbose', alias: 'v', help: 'Say more' },
  { name: 'quiet', alias: 'q', help: 'Say nothing but results, questions, warnings and errors' },
  { name: 'no-color', help: 'No colours' },
  { name: 'non-interactive', help: 'Never ask anything' },
  { name: 'timeout', argument: 'seconds', help: 'How long one request may take (default 30)' },
  { name: 'cwd', argument: 'dir', help: 'Run as if started in this folder' },
  { name: 'help', alias: 'h', help: 'Show help' },
]

/** The options that can stand before a command. */
export const leadingOptions: readonly OptionMetadata[] = [
  ...globalOptions,
  { name: 'version', alias: 'V', help: 'Show the version' },
]

/** The arguments that options are read from: those before `--`. */
export function beforeDashes(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--')
  return end === -1 ? argv : argv.slice(0, end)
}

/** An option as help shows it and the parser takes it: `-v, --verbose`, `--server <url>`. */
export const optionLabel = ({ name, alias, argument }: OptionMetadata): string =>
  `${alias ? `-${alias}, ` : ''}--${name}${argument ? ` <${argument}>` : ''}`
