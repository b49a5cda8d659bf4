/** Completions for PowerShell 5.1 and newer: long option names only. Its tables ignore case, so `-v` and `-V` cannot both be keys. */
import type { OptionMetadata } from '../command.ts'
import { leadingOptions } from '../options.ts'
import { takesFolder, type Vocabulary } from './vocabulary.ts'

const quoted = (text: string): string => `'${text.replace(/['‘’‚‛]/g, '$&$&')}'`

const list = (words: readonly string[]): string => `@(${words.map(quoted).join(', ')})`

const table = (entries: readonly (readonly [key: string, text: string])[], indent: string): string[] => [
  '[ordered]@{',
  ...entries.map(([key, text]) => `${indent}  ${quoted(key)} = ${quoted(text)}`),
  `${indent}}`,
]

/** The options of one command. The empty name stands for the options before a command. */
const optionTable = (name: string, options: readonly OptionMetadata[]): string => {
  const entries = options.map((option) => [`--${option.name}`, option.help] as const)
  return `    ${quoted(name)} = ${table(entries, '    ').join('\n')}`
}

/** The script that a profile loads: `osa completions powershell | Out-String | Invoke-Expression`. */
export function powershellCompletions({ completedCommands, optionsWithValue }: Vocabulary): string {
  const commands = completedCommands.map(({ name, summary }) => [name, summary] as const)
  const folders = optionsWithValue.filter(takesFolder).map(({ name }) => `--${name}`)
  return [
    '# osa completions for PowerShell, made by: osa completions powershell',
    'Register-ArgumentCompleter -Native -CommandName osa -ScriptBlock {',
    '  param($wordToComplete, $commandAst, $cursorPosition)',
    `  $commands = ${table(commands, '  ').join('\n')}`,
    '  $options = @{',
    optionTable('', leadingOptions),
    ...completedCommands.map(({ name, options }) => optionTable(name, options)),
    '  }',
    '  $arguments = @{',
    ...completedCommands.flatMap(({ name, words, secondWords }) => [
      ...(words.length > 0 ? [`    ${quoted(name)} = ${list(words)}`] : []),
      ...secondWords.map(([first, second]) => `    ${quoted(`${name} ${first}`)} = ${list(second)}`),
    ]),
    '  }',
    '  $values = @{',
    ...optionsWithValue.map(({ name, choices = [] }) => `    ${quoted(`--${name}`)} = ${list(choices)}`),
    '  }',
    `  $folders = ${list(folders)}`,
    '  $typed = @($commandAst.CommandElements | Select-Object -Skip 1 |',
    '    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.Extent.Text })',
    "  $command = ''",
    "  $given = ''",
    '  for ($index = 0; $index -lt $typed.Count; $index++) {',
    '    if ($values.ContainsKey($typed[$index])) { $index++ }',
    "    elseif ($typed[$index] -like '-*') { continue }",
    "    elseif ($command -eq '') { $command = $given = $typed[$index] }",
    '    else { $given += " " + $typed[$index] }',
    '  }',
    '  if (-not $options.ContainsKey($command)) { return }',
    "  $option = if ($typed.Count -gt 0) { $typed[-1] } else { '' }",
    "  $before = ''",
    '  $word = "$wordToComplete"',
    "  if ($word -match '^(--[a-z-]+=)(.*)$') { $before = $Matches[1]; $option = $before.TrimEnd('='); $word = $Matches[2] }",
    '  if ($folders -contains $option) {',
    '    # CompleteFilename quotes names with special characters.',
    '    [System.Management.Automation.CompletionCompleters]::CompleteFilename($word) |',
    "      Where-Object { $_.ResultType -eq 'ProviderContainer' } | ForEach-Object {",
    '        [System.Management.Automation.CompletionResult]::new(',
    '          "$before$($_.CompletionText)", $_.ListItemText, $_.ResultType, $_.ToolTip)',
    '      }',
    '    return',
    '  }',
    '  $offered = [ordered]@{}',
    '  if ($values.ContainsKey($option)) { foreach ($one in $values[$option]) { $offered[$one] = $one } }',
    "  elseif ($word -like '-*') { $offered = $options[$command] }",
    "  elseif ($command -eq '') { $offered = $commands }",
    '  elseif ($arguments.ContainsKey($given)) { foreach ($one in $arguments[$given]) { $offered[$one] = $one } }',
    '  foreach ($one in $offered.Keys) {',
    '    if ($one.StartsWith($word)) {',
    '      [System.Management.Automation.CompletionResult]::new("$before$one", $one, \'ParameterValue\', $offered[$one])',
    '    }',
    '  }',
    '}',
  ].join('\n')
}
