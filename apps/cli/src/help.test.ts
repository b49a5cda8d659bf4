import { expect, test } from 'vitest'
import { commands } from './catalogue.ts'
import { commandHelp, generalHelp } from './help.ts'
import { wrapped } from './wrap.ts'

const helps = [
  ['', generalHelp(commands)] as const,
  ...commands.map(({ metadata }) => [metadata.name, commandHelp(metadata)] as const),
]

/** The words of a text, without its line breaks. */
const words = (text: string): string => text.replaceAll(' \\\n', '\n').replace(/\s+/g, ' ')

test.each(helps)('the help of osa %s fits 40 and 80 columns and has the same words in both', (_, help) => {
  for (const width of [40, 80]) {
    expect(
      help(width)
        .split('\n')
        .filter((line) => line.length > width),
    ).toEqual([])
    expect(words(help(width))).toBe(words(help(1000)))
  }
})

test('a long example is continued with backslashes', () => {
  expect(wrapped('osa deploy --registry ghcr.io/group', 20, ' \\')).toEqual([
    'osa deploy \\',
    '--registry \\',
    'ghcr.io/group',
  ])
})
