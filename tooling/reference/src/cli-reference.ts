/** Generates the command's reference from the same records as its help and completions. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { commands } from '../../../apps/cli/src/catalogue.ts'
import type { CommandMetadata, OptionMetadata } from '../../../apps/cli/src/command.ts'
import { globalOptions, optionLabel } from '../../../apps/cli/src/options.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|')
const table = (head: readonly [string, string], rows: readonly (readonly [string, string])[]): string[] =>
  rows.length === 0
    ? []
    : [
        `| ${head[0]} | ${head[1]} |`,
        '|---|---|',
        ...rows.map(([left, right]) => `| \`${cell(left)}\` | ${cell(right)} |`),
        '',
      ]

const optionRows = (options: readonly OptionMetadata[]) =>
  options.filter(({ hidden }) => !hidden).map((option) => [optionLabel(option).trim(), option.help] as const)

const section = ({
  name,
  positionals = '',
  summary,
  options,
  environment = [],
  examples,
}: CommandMetadata): string[] => [
  `## osa ${name}`,
  '',
  `${summary}.`,
  '',
  '```',
  `osa ${name} ${positionals}`.trim(),
  '```',
  '',
  ...table(['option', ''], optionRows(options)),
  ...table(['variable', ''], environment),
  '```',
  ...examples.map((example) => `osa ${example}`),
  '```',
  '',
]

export const cliReference = (): string =>
  [
    '---',
    'title: The osa command',
    '---',
    '',
    '# The osa command',
    '',
    ...table(['for every command', ''], optionRows(globalOptions)),
    ...commands.flatMap(({ metadata }) => section(metadata)),
  ].join('\n')

if (import.meta.main) {
  const file = join(import.meta.dirname, '../dist/cli.md')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, cliReference())
}
