/** The `OSA_NODE_…` settings: which values they accept, and how they refuse others. */
import { expect, test } from 'vitest'
import { parseConfig } from '../config/config.ts'

const drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>'
const files: Readonly<Record<string, string>> = {
  'logo.svg': drawing,
  'hostile.svg': drawing.replace('<path', '<script/><path'),
}

const read = (settings: Record<string, string>) =>
  parseConfig(settings, (path) => {
    const text = files[path]
    if (text === undefined) throw new Error('no such file')
    return text
  })

function profileOf(settings: Record<string, string>) {
  const parsed = read(settings)
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'))
  expect(parsed.warnings.filter((line) => line.includes('OSA_NODE'))).toEqual([])
  return parsed.config.profile
}

test('without settings a node has only a default name', () => {
  expect(profileOf({})).toEqual({
    name: 'Open Science Archive',
    description: null,
    logo: null,
    contact: null,
    accent: null,
  })
})

test('a node can have a name, a description, a logo, a contact and a colour', () => {
  const profile = profileOf({
    OSA_NODE_NAME: ' Archiv für Strukturbiologie ',
    OSA_NODE_DESCRIPTION: 'Structures of proteins, and what binds to them',
    OSA_NODE_LOGO_FILE: 'logo.svg',
    OSA_NODE_CONTACT: 'help@archive.example',
    OSA_NODE_ACCENT: '#0B3D91',
  })
  expect(profile).toMatchObject({
    name: 'Archiv für Strukturbiologie',
    description: 'Structures of proteins, and what binds to them',
    logo: drawing,
    contact: 'mailto:help@archive.example',
    accent: { light: '#0b3d91' },
  })
  expect(profileOf({ OSA_NODE_CONTACT: 'https://archive.example/help' }).contact).toBe('https://archive.example/help')
})

test.each([
  ['OSA_NODE_NAME', 'x'.repeat(61), 'one line of at most 60'],
  ['OSA_NODE_NAME', 'two\nlines', 'one line'],
  ['OSA_NODE_DESCRIPTION', 'a\u202eb', 'printable characters'],
  ['OSA_NODE_DESCRIPTION', 'x'.repeat(161), 'at most 160'],
  ['OSA_NODE_LOGO_FILE', 'missing.svg', 'cannot be read: no such file'],
  ['OSA_NODE_LOGO_FILE', 'hostile.svg', 'the logo must not have <script>'],
  ['OSA_NODE_CONTACT', 'javascript:alert(1)', 'an e-mail address or an https address'],
  ['OSA_NODE_CONTACT', 'http://archive.example', 'an e-mail address or an https address'],
  ['OSA_NODE_CONTACT', 'help@archive.example?subject=x', 'an e-mail address or an https address'],
  ['OSA_NODE_ACCENT', '#eeeeee', 'too pale to read'],
  ['OSA_NODE_ACCENT', '#c00000', 'colour of Deny'],
  ['OSA_NODE_ACCENT', 'blue', 'must be a colour as in #1d5c54'],
])('%s=%j is refused', (name, value, problem) => {
  const parsed = read({ [name]: value })
  expect(parsed).toMatchObject({ ok: false, problems: [expect.stringContaining(`${name}`)] })
  expect(parsed.ok ? '' : parsed.problems[0]).toContain(problem)
})
