/** The tests have no PowerShell to run. They check the structure of the script and the content of its tables. */
import { expect, test } from 'vitest'
import { commands } from '../catalogue.ts'
import type { Command } from '../command.ts'
import { globalOptions } from '../options.ts'
import { powershellCompletions } from './powershell.ts'
import { vocabularyOf } from './vocabulary.ts'

const quotes = "'‘’‚‛"
/** A string literal of PowerShell: any of the quotation marks ends it, and two of the same are one. */
const literal = new RegExp(`[${quotes}]((?:[^${quotes}]|([${quotes}])\\2)*)[${quotes}]`, 'g')
const unquoted = (text: string): string => text.replace(new RegExp(`([${quotes}])\\1`, 'g'), '$1')

const script = powershellCompletions(vocabularyOf(commands))

/** Parses the table that starts with this line. */
function tableOf(text: string, opening: string): Record<string, string> {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.trim() === `${opening} = [ordered]@{`)
  const end = lines.findIndex((line, index) => index > start && line.trim() === '}')
  const rows = lines.slice(start + 1, end).map((line) => {
    const [key = '', value = ''] = [...line.matchAll(literal)].map(([, found = '']) => unquoted(found))
    return [key, value] as const
  })
  expect(new Set(rows.map(([key]) => key.toLowerCase())).size).toBe(rows.length)
  return Object.fromEntries(rows)
}

test('the script for PowerShell has every command with its summary, and the options in its help', () => {
  expect(tableOf(script, '$commands')).toEqual(
    Object.fromEntries(commands.map(({ metadata: { name, summary } }) => [name, summary])),
  )
  for (const { metadata } of commands) {
    const options = [...metadata.options.filter(({ hidden }) => !hidden), ...globalOptions]
    const expected = Object.fromEntries(options.map(({ name, help }) => [`--${name}`, help]))
    expect(tableOf(script, `'${metadata.name}'`)).toEqual(expected)
  }
  expect(Object.keys(tableOf(script, "''"))).toContain('--version')
})

test('the script for PowerShell has the arguments of commands, the values of options, and the options that take folders', () => {
  expect(script).toContain("\n    'conventions' = @('list', 'show')\n")
  expect(script).toContain("\n    'completions install' = @('bash', 'zsh', 'fish', 'powershell')\n")
  expect(script).toContain("\n    '--storage' = @('auto', 'keychain', 'file')\n")
  expect(script).toContain("\n    '--server' = @()\n")
  expect(script).toContain("\n  $folders = @('--context-root', '--cwd')\n")
  expect(script).not.toContain("'--no-browser' = @(")
})

test('every brace, bracket and string in the script for PowerShell is closed', () => {
  const open: string[] = []
  const code = script
    .replace(/^#.*$/gm, '')
    .replace(/^ *# .*$/gm, '')
    .replace(literal, '')
    .replace(/"[^"]*"/g, '')
  expect(code).not.toMatch(/['"‘’‚‛“”„]/)
  for (const sign of code.match(/[{}()[\]]/g) ?? []) {
    const opening = { '}': '{', ')': '(', ']': '[' }[sign]
    if (opening === undefined) open.push(sign)
    else expect(open.pop()).toBe(opening)
  }
  expect(open).toEqual([])
})

test('PowerShell cannot run a text of the help, and no text ends its string', () => {
  const summary = 'It\'s ‘a’ $(touch pwned) `n "b"'
  const hostile: Command = {
    metadata: { name: 'x', summary, options: [], examples: ['x'] },
    load: async () => async () => undefined,
  }
  expect(tableOf(powershellCompletions(vocabularyOf([hostile])), '$commands')).toEqual({ x: summary })
})
