/** `osa completions`: generates a completion script from the catalogue and prints it, or installs it where the shell looks. */
import type { Command, RunCommand } from '../command.ts'
import { bashCompletions } from '../completions/bash.ts'
import { fishCompletions } from '../completions/fish.ts'
import { powershellCompletions } from '../completions/powershell.ts'
import { vocabularyOf } from '../completions/vocabulary.ts'
import { zshCompletions } from '../completions/zsh.ts'
import { usage } from '../misspelled-words.ts'
import type { Shell } from '../shells.ts'

const scripts = { bash: bashCompletions, zsh: zshCompletions, fish: fishCompletions, powershell: powershellCompletions }

export const completions =
  (commands: readonly Command[]): RunCommand =>
  async (context) => {
    const { io, flags } = context
    const scriptFor = (shell: Shell): string => scripts[shell](vocabularyOf(commands))
    // The cast is safe: the command line was checked against `positionalChoices`.
    const first = flags.argument('install|shell') as Shell | 'install'
    if (first === 'install') {
      const { installCompletions } = await import('../completions/install.ts')
      return await installCompletions(context, scriptFor)
    }
    if (flags.argument('shell') !== null || flags.isSet('rc')) {
      throw usage(
        `osa completions ${first} takes no argument and no --rc`,
        `To install: osa completions install ${first}`,
      )
    }
    const script = scriptFor(first)
    if (io.isJson) io.json({ v: 1, ok: true, shell: first, script })
    else io.page(script)
  }
