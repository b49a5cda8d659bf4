/** Links and deploys a project written by `osa init` to a real node, and opens its page. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startNode } from './node-process.ts'
import { onPostgres } from './on-postgres.ts'
import { runOsa } from './osa-process.ts'
import { logIn } from './stored-login.ts'
import { temporaryFolder } from './temporary-folder.ts'

test('a new project can be linked and deployed unchanged, and has a page in the archive', async () => {
  await using folder = await temporaryFolder()
  await using node = await startNode(await onPostgres(folder))
  const home = join(folder.path, 'home')
  await logIn(node.url, { home })
  const cwd = join(home, 'field-notes')
  expect(await runOsa(['init', cwd, '--no-install'], { home })).toMatchObject({ code: 0 })
  expect(await runOsa(['link', node.url], { home, cwd })).toMatchObject({ code: 0 })
  const deployed = await runOsa(['deploy', '--json'], { home, cwd })
  expect(JSON.parse(deployed.stdout).conventions).toMatchObject([{ slug: 'field-notes', version: 1, changed: true }])
  const { stdout: address } = await runOsa(['open', 'field-notes'], { home, cwd })
  const page = await fetch(address.trim())
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('Measurements of one sample each')
})
