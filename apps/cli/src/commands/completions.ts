/** `osa completions <shell>`: prints a completion script, made from the commands' own records. */
import type { Command, RunCommand } from '../command.ts'
import { bashCompletions } from '../completions/bash.ts'
import { fishCompletions } from '../completions/fish.ts'
import { powershellCompletions } from '../completions/powershell.ts'
import { vocabularyOf } from '../completions/vocabulary.ts'
import { zshCompletions } from '../completions/zsh.ts'

const scripts = { bash: bashCompletions, zsh: zshCompletions, fish: fishCompletions, powershell: powershellCompletions }

export const completions =
  (commands: readonly Command[]): RunCommand =>
  async ({ io, flags }) => {
    // One of these: the command line was checked by the command's record.
    const shell = flags.argument('shell') as keyof typeof scripts
    const script = scripts[shell](vocabularyOf(commands))
    if (io.isJson) io.json({ v: 1, ok: true, shell, script })
    else io.page(script)
  }
