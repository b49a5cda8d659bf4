/** The manual pages as groff formats them: they have the same words as the help, and cause no warnings. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { commands } from './catalogue.ts'
import { exitCodes } from './exit-codes.ts'
import { manPages } from './man-pages.ts'
import { globalOptions, optionLabel } from './options.ts'

const pages = manPages(commands)

/** Returns the formatted words of a page. Throws on any warning of groff. */
function shown(file: string): string {
  const input = pages.find((page) => page.file === file)?.text
  // These options turn off bold, underlining and backspaces.
  const args = ['-man', '-Tutf8', '-P-c', '-P-b', '-P-u', '-ww', '-rLL=2000n', '-rLT=2000n']
  const { stdout, stderr } = spawnSync('groff', args, { input, encoding: 'utf8' })
  if (stderr !== '') throw new Error(`${file}: ${stderr}`)
  return stdout.replaceAll(/\s+/g, ' ')
}

test.each(commands.map(({ metadata }) => [metadata.name, metadata] as const))(
  'the page of osa %s has the words of its help, as they are typed',
  (name, { positionals, summary, options, environment = [], examples }) => {
    const page = shown(`osa-${name}.1`)
    expect(page).toContain(` osa-${name} - ${summary} `)
    expect(page).toContain(` ${['osa', name, positionals, '[options]'].filter(Boolean).join(' ')} `)
    for (const option of [...options, ...globalOptions].filter(({ hidden }) => !hidden)) {
      expect(page).toContain(` ${optionLabel(option).replaceAll(/[<>]/g, '')} ${option.help} `)
    }
    for (const [variable, help] of environment) expect(page).toContain(` ${variable} ${help} `)
    for (const example of examples) expect(page).toContain(` osa ${example} `)
    for (const { help } of options.filter(({ hidden }) => hidden)) expect(page).not.toContain(help)
  },
)

test('man osa lists every command and every exit code', () => {
  const page = shown('osa.1')
  for (const { metadata } of commands) expect(page).toContain(` osa-${metadata.name}(1) ${metadata.summary} `)
  for (const [code, exit] of Object.entries(exitCodes))
    expect(page).toMatch(new RegExp(` ${exit} [a-z_, ]*\\b${code}\\b`))
})

test('roff does not interpret a text as a request, and shows each character', () => {
  const odd = ".dot 'quoted' \\backslash `tick` ~/^-– Å"
  const [, page] = manPages([
    {
      metadata: { name: 'odd', summary: odd, options: [], examples: ['odd'] },
      load: () => Promise.reject(),
    },
  ])
  // Some systems show an unescaped hyphen as a minus sign, others do not.
  expect(page?.text).toContain(
    '\\&.dot \\[aq]quoted\\[aq] \\[rs]backslash \\[ga]tick\\[ga] \\[ti]/\\[ha]\\-\\[u2013] \\[u00C5]\n',
  )
  const { stdout, stderr } = spawnSync('groff', ['-man', '-Tutf8', '-P-c', '-ww'], {
    input: page?.text,
    encoding: 'utf8',
  })
  expect({ stdout, stderr }).toEqual({ stdout: expect.stringContaining(odd), stderr: '' })
})

test('npm installs every page, and no other', () => {
  const { man } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { man: string[] }
  expect([...man].sort()).toEqual(pages.map(({ file }) => `dist/man/${file}`).sort())
})
