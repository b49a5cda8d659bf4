import { expect, test } from 'vitest'
import { commands } from './catalogue.ts'
import { commandHelp, generalHelp } from './help.ts'
import { wrapped } from './wrap.ts'

const helps = [
  ['', generalHelp(commands)] as const,
  ...commands.map(({ metadata }) => [metadata.name, commandHelp(metadata)] as const),
]

/** Its words, whatever the lines they stand in. */
const words = (text: string): string => text.replaceAll(' \\\n', '\n').replace(/\s+/g, ' ')

test.each(helps)('the help of osa %s fits 40 and 80 columns and says the same on both', (_, help) => {
  for (const width of [40, 80]) {
    expect(
      help(width)
        .split('\n')
        .filter((line) => line.length > width),
    ).toEqual([])
    expect(words(help(width))).toBe(words(help(1000)))
  }
})

test('an example that goes on behind a backslash is still one command line', () => {
  expect(wrapped('osa deploy --registry ghcr.io/group', 20, ' \\')).toEqual([
    'osa deploy \\',
    '--registry \\',
    'ghcr.io/group',
  ])
})
