/** What `--help` prints, made from the commands' own records. */
import type { OperatorCommand } from './command.ts'

const everywhere = [
  ['--settings <file>', 'The file of settings that the environment does not have (.env)'],
  ['--json', 'Print JSON, one document a line'],
  ['-h, --help', 'Show this help'],
] as const

function listed(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join('')
}

export const overview = (commands: readonly OperatorCommand[]): string => `\
osa-server: sets up, runs and looks after a node

Usage: osa-server <command> [options]

${listed(commands.map(({ name, summary }) => [name, summary]))}
It reads the settings of the node (OSA_SECRET, DATABASE_URL, OSA_DATA_DIR, …): run it with the same ones. Beside a running node it
works on PostgreSQL; on the embedded database, stop the node first.

osa-server <command> --help says more about one.
Exit codes: 0 done, 1 it did not work, 2 the command was not understood.
`

export function commandHelp({ name, summary, positionals, options, example }: OperatorCommand): string {
  const own = Object.entries(options).map(([option, { value, help }]): [string, string] => {
    return [`--${option}${value === undefined ? '' : ` ${value}`}`, help]
  })
  const usage = ['osa-server', name, positionals, '[options]'].filter((part) => part !== '').join(' ')
  return `${summary}\n\nUsage: ${usage}\n\n${listed([...own, ...everywhere])}\nExample:\n  ${example}\n`
}
