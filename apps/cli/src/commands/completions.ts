/** `osa completions <shell>`: prints a completion script, made from the commands' own records. */
import { cleanText, OsaError } from '@osa/sdk/node'
import type { RunCommand } from '../command.ts'
import { bashCompletions } from '../completions/bash.ts'
import { fishCompletions } from '../completions/fish.ts'
import { zshCompletions } from '../completions/zsh.ts'
import { nearest } from '../nearest.ts'

const scripts: Readonly<Record<string, () => string>> = {
  bash: bashCompletions,
  zsh: zshCompletions,
  fish: fishCompletions,
}

export const completions: RunCommand = async ({ io, flags }) => {
  const shell = flags.argument('shell') ?? ''
  const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined
  if (!script) {
    const meant = nearest(shell, Object.keys(scripts))
    throw new OsaError('usage', `There are no completions for "${cleanText(shell)}"`, {
      hint: meant ? `Did you mean: osa completions ${meant}` : 'Use bash, zsh or fish',
    })
  }
  if (io.isJson) io.json({ v: 1, ok: true, shell, script: script() })
  else io.page(script())
}
