/** Finds the `osa` command lines in the strings of the sources: hints, notes, examples. Ignores comments. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { commands, findCommand } from '../catalogue.ts'
import { globalOptions } from '../options.ts'

const folders = ['..', '../../../../packages/sdk/src', '../../../server/src'].map((folder) =>
  fileURLToPath(new URL(folder, import.meta.url)),
)

function stringsIn(file: string): string[] {
  const code = readFileSync(file, 'utf8').replace(/^\s*(\/?\*|\/\/).*$/gm, '')
  return code.match(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g) ?? []
}

/** A command line from a text, with placeholders such as `<url>` and `${url}`. */
export interface NamedCommand {
  readonly where: string
  readonly command: string
  readonly rest: readonly string[]
}

/** Matches a command to type: after a word such as "Run" or a colon, or before an option or a placeholder. */
const typed =
  /(?:\b(?:[Rr]un|[Tt]ry|[Uu]se|[Ss]ee|at|mean|in|again)|[:,]|^.)\s+osa ([a-z]+)(.*)|\bosa ([a-z]+)(\s+(?:--?[a-z]|<|\$\{).*)/g

/** Returns the start of `text` that belongs to the command line: options, their values and placeholders. */
function wordsOf(command: string, text: string): string[] {
  const { options: own = [], positionalChoices = [] } = findCommand(command)?.metadata ?? {}
  const options = [...own, ...globalOptions]
  const words: string[] = []
  let wantsValue = false
  for (const [, word = '', end] of text.matchAll(/\s+(\$\{[^}]*\}|[^\s.,;:'"`()]+)([.,;:'"`)]?)/g)) {
    const isPart = wantsValue || positionalChoices.includes(word) || /^(--?[a-z]|<|\$\{)/.test(word)
    if (!isPart) break
    words.push(word)
    wantsValue = options.some(({ name, argument }) => argument && word === `--${name}`)
    if (end) break
  }
  return words
}

/** Returns all command lines in the sources of the command, the SDK and the node. */
export const namedCommands = (): NamedCommand[] => [
  ...folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !/\.test\.ts$|(^|\/)testing\//.test(name))
      .flatMap((name) =>
        stringsIn(join(folder, name)).flatMap((text) =>
          [...text.matchAll(typed)].map(([, first, after, other, more]): NamedCommand => {
            const command = first ?? other ?? ''
            return { where: `${name}: ${text}`, command, rest: wordsOf(command, after ?? more ?? '') }
          }),
        ),
      ),
  ),
  ...commands.flatMap(({ metadata: { name, examples } }) =>
    examples.map((example) => {
      const [command = '', ...rest] =
        example
          .split(/ [|>]|<\//)[0]
          ?.trim()
          .split(' ') ?? []
      return { where: `an example of osa ${name}`, command, rest }
    }),
  ),
]
