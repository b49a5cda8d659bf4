/** What `--help` prints, made from the commands' own records and no wider than the terminal; only examples keep to one line, to be copied. */
import type { OperatorCommand } from './command.ts'

type Row = readonly [string, string]

const everywhere: readonly Row[] = [
  ['--settings <file>', 'The file of settings that the environment does not have (.env)'],
  ['--json', 'Print JSON, one document a line'],
  ['-h, --help', 'Show this help'],
]

/** The right column is at least so wide; on narrower terminals it stands below the left one. */
const narrowestColumn = 28
/** Lines of a wide terminal that nobody likes to read. */
const widest = 100

/** Breaks a text at its spaces; `indent` is put before every line but the first. A longer word keeps its line. */
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
      const begun = isWide ? `  ${name.padEnd(left)}  ${first}` : `  ${name}\n${indent}${first}`
      return [begun, ...more.map((line) => `${indent}${line}`)].join('\n')
    })
    .map((row) => `${row}\n`)
    .join('')
}

const usage = (words: readonly string[], width: number): string =>
  `${wrapped(`Usage: ${['osa-server', ...words].filter((word) => word !== '').join(' ')}`, width, '  ')}\n`

const summaries = (commands: readonly OperatorCommand[]): Row[] => commands.map(({ name, summary }) => [name, summary])

/** Of `osa-server --help`. `terminalWidth` is in columns. */
export function overview(commands: readonly OperatorCommand[], terminalWidth: number): string {
  const width = Math.min(terminalWidth, widest)
  return `\
${wrapped('osa-server: sets up, runs and looks after a node', width)}

${usage(['<command>', '[options]'], width)}
${listed(summaries(commands), width)}
${wrapped(reads, width)}

${wrapped('osa-server <command> --help says more about one.', width)}
${wrapped('Exit codes: 0 done, 1 it did not work, 2 the command was not understood.', width)}
`
}

const reads =
  'It reads the settings of the node (OSA_SECRET, DATABASE_URL, OSA_DATA_DIR, …): run it with the same ones. Beside a running node it works on PostgreSQL; on the embedded database, stop the node first.'

/** Of `osa-server <group> --help`: the commands that begin with one word. */
export function groupHelp(group: string, commands: readonly OperatorCommand[], terminalWidth: number): string {
  const width = Math.min(terminalWidth, widest)
  const verbs = commands.map(({ name }) => name.slice(group.length + 1))
  const more = wrapped(`osa-server ${group} ${verbs[0]} --help says more about one.`, width)
  return `${usage([group, verbs.join('|'), '[options]'], width)}\n${listed(summaries(commands), width)}\n${more}\n`
}

/** Of `osa-server <command> --help`. */
export function commandHelp(command: OperatorCommand, terminalWidth: number): string {
  const width = Math.min(terminalWidth, widest)
  const { name, summary, positionals, options, example } = command
  const own = Object.entries(options).map(([option, { value, help }]): Row => {
    return [`--${option}${value === undefined ? '' : ` ${value}`}`, help]
  })
  const head = `${wrapped(summary, width)}\n\n${usage([name, positionals, '[options]'], width)}`
  return `${head}\n${listed([...own, ...everywhere], width)}\nExample:\n  ${example}\n`
}
