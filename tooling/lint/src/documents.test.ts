/** Checks that the files, headings and npm scripts to which the documents refer exist. */
import { globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { repository } from './workspaces.ts'

const documents = globSync(
  '{,apps/,apps/*/,apps/docs/**/,packages/*/,packages/sdk/examples/**/,tooling/*/,.github/**/,.changeset/}*.md',
  {
    cwd: repository,
    exclude: (path) => path.includes('node_modules') || path.startsWith('apps/docs/site'),
  },
).toSorted()
const textOf = (document: string): string => readFileSync(join(repository, document), 'utf8')
const withoutCode = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '')

/** Returns the anchor of a heading, as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
const anchorsOf = (document: string): string[] =>
  [...withoutCode(textOf(document)).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))

function problemOf(document: string, link: string): string | null {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? document : join(dirname(document), path)
  const found = statSync(join(repository, target), { throwIfNoEntry: false })
  if (relative('.', target).startsWith('..') || !found) return `${link} is not in the repository`
  if (anchor === undefined || !found.isFile()) return null
  return anchorsOf(target).includes(anchor) ? null : `${link} has no such heading`
}

test.each(documents)('every link in %s leads to a file or heading of the repository', (document) => {
  const links = [...withoutCode(textOf(document)).matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)]
    .map(([, link, image]) => link ?? image ?? '')
    .filter((link) => !/^(https?|mailto):/.test(link))
  expect(links.map((link) => problemOf(document, link)).filter((problem) => problem !== null)).toEqual([])
})

test.each(documents)('every npm script mentioned in %s exists', (document) => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> }
  const named = [...textOf(document).matchAll(/npm (?:run )?(start|test|run [\w:-]+)/g)].map(([, name = '']) =>
    name.replace('run ', ''),
  )
  const missing = named.filter((name) => !(name in scripts) && !/^(pack|ci)$/.test(name))
  expect(missing).toEqual([])
})
