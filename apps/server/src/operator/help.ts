/** Formats the output of `--help` from the command records. It fits the terminal's width, except examples: they stay on one line for copying. */
import type { OperatorCommand } from './command.ts'

type Row = readonly [string, string]

const commonOptions = ({ readsSettingsFile }: OperatorCommand): readonly Row[] => [
  [
    '--settings <file>',
    readsSettingsFile === false
      ? 'The file to write (.env)'
      : 'Read settings from this file (.env); the environment takes precedence',
  ],
  ['--json', 'Print JSON, one document per line'],
  ['-h, --help', 'Show this help'],
]

/** Minimum width of the right column; on narrower terminals it moves below the left one. */
const narrowestColumn = 28
/** Maximum line length on wide terminals; longer lines are hard to read. */
const widest = 100

/** Breaks text at its spaces. Every line but the first gets `indent`. A word that is longer than a line is not broken. */
function wrapped(text: string, width: number, indent = ''): string {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && longer.length > width) lines.push(`${indent}${word}`)
    else lines[lines.length - 1] = longer
  }
  return lines.join('\n')
}

function listed(rows: readonly Row[], width: number): string {
  const left = Math.max(...rows.map(([name]) => name.length))
  const isWide = width - left - 4 >= narrowestColumn
  const indent = ' '.repeat(isWide ? left + 4 : 6)
  return rows
    .map(([name, text]) => {
      const [first = '', ...more] = wrapped(text, width - indent.length).split('\n')
      const start = isWide ? `  ${name.padEnd(left)}  ${first}` : `  ${name}\n${indent}${first}`
      return [start, ...more.map((line) => `${indent}${line}`)].join('\n')
    })
    .map((row) => `${row}\n`)
    .join('')
}

const usage = (words: readonly string[], width: number): string =>
  `${wrapped(`Usage: ${['osa-server', ...words].filter((word) => word !== '').join(' ')}`, width, '  ')}\n`

const summaries = (commands: readonly OperatorCommand[]): Row[] => commands.map(({ name, summary }) => [name, summary])

/** Returns the output of `osa-server --help`. `terminalWidth` is in columns. */
export function overview(commands: readonly OperatorCommand[], terminalWidth: number): string {
  const width = Math.min(terminalWidth, widest)
  return `\
${wrapped('osa-server: sets up, runs and maintains a node', width)}

${usage(['<command>', '[options]'], width)}
${listed(summaries(commands), width)}
${wrapped(reads, width)}

${wrapped('Run osa-server <command> --help for details of a command.', width)}
${wrapped('Exit codes: 0 success, 1 failure, 2 invalid command line.', width)}
`
}

const reads =
  'It reads the settings of the node (OSA_SECRET, DATABASE_URL, OSA_DATA_DIR, …), so run it with the same settings. On PostgreSQL it works while the node runs; with the embedded database, stop the node first.'

/** Returns the output of `osa-server <group> --help`, which lists the commands that start with one word. */
export function groupHelp(group: string, commands: readonly OperatorCommand[], terminalWidth: number): string {
  const width = Math.min(terminalWidth, widest)
  const verbs = commands.map(({ name }) => name.slice(group.length + 1))
  const more = wrapped(`Run osa-server ${group} ${verbs[0]} --help for details of a command.`, width)
  return `${usage([group, verbs.join('|'), '[options]'], width)}\n${listed(summaries(commands), width)}\n${more}\n`
}

/** Returns the output of `osa-server <command> --help`. */
export function commandHelp(command: OperatorCommand, terminalWidth: number): string {
  const width = Math.min(terminalWidth, widest)
  const { name, summary, positionals, options, example } = command
  const own = Object.entries(options).map(([option, { value, help }]): Row => {
    return [`--${option}${value === undefined ? '' : ` ${value}`}`, help]
  })
  const head = `${wrapped(summary, width)}\n\n${usage([name, positionals, '[options]'], width)}`
  return `${head}\n${listed([...own, ...commonOptions(command)], width)}\nExample:\n  ${example}\n`
}
