/** Every hint that the command and the SDK give names a command that there is, with options that it takes. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { commands, findCommand } from './catalogue.ts'
import { globalOptions } from './options.ts'

const folders = ['.', '../../../packages/sdk/src', '../../server/src'].map((folder) =>
  fileURLToPath(new URL(folder, import.meta.url)),
)

/** What stands in string literals: comments may speak of anything. */
const stringsIn = (file: string): string[] => {
  const code = readFileSync(file, 'utf8').replace(/^\s*(\/?\*|\/\/).*$/gm, '')
  return code.match(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g) ?? []
}

interface Mention {
  readonly where: string
  readonly command: string
  readonly options: readonly string[]
}

/** A command as it is to be typed: after a word that says so, or with an option or a place for a value behind it. */
const typed =
  /(?:\b(?:[Rr]un|[Tt]ry|[Uu]se|at|mean|in|again)|:|^.)\s+osa ([a-z]+)((?:\s+(?:--?[\w-]+|<[\w-]+>|\$\{[^}]*\}))*)|\bosa ([a-z]+)((?:\s+(?:--?[\w-]+|<[\w-]+>|\$\{[^}]*\}))+)/g

const mentions = folders.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/\.test\.ts$|(^|\/)testing\//.test(name))
    .flatMap((name) =>
      stringsIn(join(folder, name)).flatMap((text) =>
        [...text.matchAll(typed)].map(
          ([, command, after, other, more]): Mention => ({
            where: `${name}: ${text}`,
            command: command ?? other ?? '',
            options: (after ?? more ?? '').match(/--?[a-z][\w-]*/g) ?? [],
          }),
        ),
      ),
    ),
)

test('there are hints to look at', () => {
  expect(mentions.length).toBeGreaterThan(25)
  expect(new Set(mentions.map(({ command }) => command)).size).toBeGreaterThan(5)
})

test('each names a command that there is, and options that it takes', () => {
  // in a sentence about this program, not a command to type
  const isProse = ({ command }: Mention): boolean => ['without', 'will'].includes(command)
  const wrong = mentions
    .filter((mention) => !isProse(mention))
    .flatMap(({ where, command, options }) => {
      const known = findCommand(command)
      if (!known) return [`${where}: there is no command ${command}`]
      const names = [...known.metadata.options, ...globalOptions].flatMap(({ name, alias }) => [
        `--${name}`,
        `-${alias}`,
      ])
      return options
        .filter((option) => !names.includes(option))
        .map((option) => `${where}: ${command} takes no ${option}`)
    })
  expect(wrong).toEqual([])
})

test('each example of a help text is a command line that is understood', () => {
  for (const { metadata } of commands) {
    for (const example of metadata.examples) expect(findCommand(example.split(' ')[0] ?? ''), example).not.toBeNull()
  }
})
