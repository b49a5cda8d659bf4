/** Manual pages, man(7), made from the commands' own records as help is: `osa.1`, and `osa-login.1` and its kin. */
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

/** Signs that would be formatted: a hyphen is typed as a minus, quotes and the like as they are on a keyboard. */
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

/** A text as roff shows it, in any locale; a dot at its start would be a request. */
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

/** `--server` in bold, and what stands for its value in italics. */
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

/** Without a date: the same sources make the same page. No word is broken: names of errors are among them. */
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

function commandPage({ name, positionals, summary, options, environment = [], examples }: CommandMetadata): string[] {
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

/** All pages of the program, for `man osa` and `man osa-login`. */
export const manPages = (commands: readonly Command[]): ManPage[] => [
  { file: 'osa.1', text: textOf(programPage(commands)) },
  ...commands.map(({ metadata }) => ({ file: `${pageName(metadata.name)}.1`, text: textOf(commandPage(metadata)) })),
]
