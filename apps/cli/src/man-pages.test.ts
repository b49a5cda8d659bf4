/** The manual pages, as groff shows them: the same words as help, and nothing that a formatter complains of. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { commands } from './catalogue.ts'
import { exitCodes } from './exit-codes.ts'
import { manPages } from './man-pages.ts'
import { globalOptions, optionLabel } from './options.ts'

const pages = manPages(commands)

/** The words of a page, as a reader sees them; throws with what groff says of its source. */
function shown(file: string): string {
  const input = pages.find((page) => page.file === file)?.text
  // without bold and italics, and with hyphens that are typed
  const args = ['-man', '-Tutf8', '-P-c', '-P-b', '-P-u', '-ww', '-rLL=2000n', '-rLT=2000n']
  const { stdout, stderr } = spawnSync('groff', args, { input, encoding: 'utf8' })
  if (stderr !== '') throw new Error(`${file}: ${stderr}`)
  return stdout.replaceAll(/\s+/g, ' ')
}

test.each(commands.map(({ metadata }) => [metadata.name, metadata] as const))(
  'the page of osa %s says what its help says, as it is typed',
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

test('a text cannot be taken for a request, and every sign of it is shown', () => {
  const odd = ".dot 'quoted' \\backslash `tick` ~/^-– Å"
  const [, page] = manPages([
    {
      metadata: { name: 'odd', positionals: '', summary: odd, options: [], examples: ['odd'] },
      load: () => Promise.reject(),
    },
  ])
  // some systems show a bare hyphen as one that is typed, others do not
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
