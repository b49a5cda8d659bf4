/** Manual pages in man(7) format, generated from the command catalogue: `osa.1`, and one for each command, such as `osa-login.1`. */
import type { Command, CommandMetadata, OptionMetadata } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { program } from './help.ts'
import { globalOptions, leadingOptions, optionLabel } from './options.ts'
import { version } from './version.ts'

export interface ManPage {
  /** `osa-login.1` */
  readonly file: string
  readonly text: string
}

/** Characters that roff would typeset: these escapes keep a hyphen a minus sign and quotes as they are on the keyboard. */
const glyphs: Readonly<Record<string, string>> = {
  '\\': '\\[rs]',
  '-': '\\-',
  "'": '\\[aq]',
  '`': '\\[ga]',
  '^': '\\[ha]',
  '~': '\\[ti]',
}

const unicode = (sign: string): string =>
  `\\[u${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`

/** Escapes a text for roff, in any locale. A dot at the start would be a request. */
const escaped = (text: string): string =>
  text
    .replaceAll(/[\\'`^~-]/g, (sign) => glyphs[sign] ?? sign)
    .replaceAll(/[^\x00-\x7f]/gu, unicode)
    .replace(/^\./, '\\&.')

const bold = (text: string): string => `\\fB${escaped(text)}\\fR`
const italic = (text: string): string => `\\fI${escaped(text)}\\fR`

type Entry = readonly [head: string, text: string]

/** A list of terms, each with its text indented below. */
const list = (entries: readonly Entry[]): string[] => entries.flatMap(([head, text]) => ['.TP', head, escaped(text)])

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`.SH ${title}`, ...lines]

/** The option in bold, such as `--server`, and the name of its value in italics. */
const optionEntry = ({ argument, ...option }: OptionMetadata): Entry => [
  argument === undefined ? bold(optionLabel(option)) : `${bold(optionLabel(option))} ${italic(argument)}`,
  option.help,
]

const optionList = (options: readonly OptionMetadata[]): string[] =>
  list(options.filter(({ hidden }) => !hidden).map(optionEntry))

const exampleLines = (examples: readonly string[]): string[] => [
  '.nf',
  ...examples.map((example) => bold(`osa ${example}`)),
  '.fi',
]

const pageName = (command: string): string => `osa-${command}`

/** Has no date, so that the same sources give the same page. Hyphenation is off, because the page contains error codes. */
const head = (name: string): string =>
  `.TH ${escaped(name.toUpperCase())} 1 "" "osa ${version}" "User Commands"\n.nh\n.ad l`

function programPage(commands: readonly Command[]): string[] {
  const codes = Object.entries(exitCodes)
  const byCode = [...new Set(Object.values(exitCodes))].sort((one, other) => one - other)
  return [
    head('osa'),
    ...section('NAME', [`osa \\- ${escaped(program.summary)}`]),
    ...section('SYNOPSIS', [`${bold('osa')} ${italic('command')} [${italic('options')}]`]),
    ...section(
      'COMMANDS',
      list(commands.map(({ metadata }) => [`${bold(pageName(metadata.name))}(1)`, metadata.summary])),
    ),
    ...section('OPTIONS', optionList(leadingOptions)),
    ...section('EXIT STATUS', [
      ...list([[bold('0'), 'done']]),
      ...list(
        byCode.map((exit) => [
          bold(String(exit)),
          codes.flatMap(([code, one]) => (one === exit ? [code] : [])).join(', '),
        ]),
      ),
    ]),
    ...section('EXAMPLES', exampleLines(program.examples)),
  ]
}

function commandPage({
  name,
  positionals = '',
  summary,
  options,
  environment = [],
  examples,
}: CommandMetadata): string[] {
  const argument = positionals.replaceAll(/[\w|]+|[^\w|]+/g, (part) => (/\w/.test(part) ? italic(part) : part))
  return [
    head(pageName(name)),
    ...section('NAME', [`${escaped(pageName(name))} \\- ${escaped(summary)}`]),
    ...section('SYNOPSIS', [[bold(`osa ${name}`), argument, `[${italic('options')}]`].filter(Boolean).join(' ')]),
    ...section('OPTIONS', optionList(options)),
    ...section('OPTIONS FOR EVERY COMMAND', optionList(globalOptions)),
    ...section('ENVIRONMENT', list(environment.map(([variable, help]) => [bold(variable), help]))),
    ...section('EXAMPLES', exampleLines(examples)),
    ...section('SEE ALSO', [`${bold('osa')}(1)`]),
  ]
}

const textOf = (lines: readonly string[]): string => `${lines.join('\n')}\n`

/** Returns all pages of the program, for `man osa` and `man osa-login`. */
export const manPages = (commands: readonly Command[]): ManPage[] => [
  { file: 'osa.1', text: textOf(programPage(commands)) },
  ...commands.map(({ metadata }) => ({ file: `${pageName(metadata.name)}.1`, text: textOf(commandPage(metadata)) })),
]
