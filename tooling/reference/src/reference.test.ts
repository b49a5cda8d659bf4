/** The site is generated from documents and docstrings; the tests find exports without a docstring and broken links. */
import { execFile } from 'node:child_process'
import { existsSync, globSync, mkdtempDisposableSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { commands } from '../../../apps/cli/src/catalogue.ts'
import { cliReference } from './cli-reference.ts'

test('every export of the SDK is documented, and every link of the site leads to one of its pages', async () => {
  using site = mkdtempDisposableSync(join(tmpdir(), 'osa-site-'))
  const folder = join(import.meta.dirname, '..')
  const typedoc = join(folder, 'node_modules/typedoc/bin/typedoc')
  const run = promisify(execFile)(
    process.execPath,
    [typedoc, '--out', site.path, '--treatWarningsAsErrors', '--logLevel', 'Warn', '--pretty', 'false'],
    { cwd: folder, env: { PATH: process.env.PATH, NO_COLOR: '1' } },
  )
  const { stdout, stderr } = await run.catch((failed: { stdout: string; stderr: string }) => failed)
  expect(`${stdout}${stderr}`).toBe('')

  const pages = globSync('**/*.html', { cwd: site.path })
  expect(pages.length).toBeGreaterThan(100)
  const broken = pages.flatMap((page) =>
    [...readFileSync(join(site.path, page), 'utf8').matchAll(/(?:href|src)="([^":#]+)(?:#[^"]*)?"/g)]
      .map(([, link = '']) => link)
      .filter((link) => !existsSync(join(site.path, dirname(page), decodeURI(link))))
      .map((link) => `${page}: ${link}`),
  )
  expect(broken).toEqual([])
})

test('the command’s reference lists every command and option, except hidden options', () => {
  const text = cliReference()
  for (const { metadata } of commands) {
    expect(text).toContain(`## osa ${metadata.name}`)
    for (const { name, hidden } of metadata.options) if (!hidden) expect(text).toContain(`--${name}`)
  }
  expect(text).not.toContain('visible to others')
})
