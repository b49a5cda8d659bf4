import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { reachConfirmPage } from './approve.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { openTerminal } from './terminal.ts'

test('the demo signs in, prints the person, deploys its convention, prints its page, and leaves nothing behind', async () => {
  await using folder = await temporaryFolder()
  const terminal = openTerminal([], { home: folder.path, cwd: folder.path, program: 'tooling/e2e/src/demo.ts' })
  const [, origin = ''] = await terminal.until(/The node runs at (\S+)/)
  const [, code = ''] = await terminal.until(/and enter the code: +(\S+)/)
  await (await reachConfirmPage(origin, code)).decide('approve')
  const [, project = ''] = await terminal.until(/ ✓ Linked (\S+) to /)
  await terminal.until(/Ctrl-C stops it/)
  const order =
    /\$ osa whoami\nJosiah Carberry[\s\S]*\$ osa deploy\n[\s\S]* ✓ Deployed 1 convention [\s\S]*Its page: (\S+)\n/
  expect(terminal.screen()).toMatch(order)
  const page = order.exec(terminal.screen())?.[1] ?? ''
  const answer = await fetch(page)
  expect({ status: answer.status, html: await answer.text() }).toEqual({
    status: 200,
    html: expect.stringContaining('<h1>Soil Samples'),
  })
  terminal.write('\u0003')
  expect(await terminal.exitCode).toBe(0)
  expect(terminal.screen()).toMatch(/Stopped; nothing is left behind\s*$/)
  expect(existsSync(dirname(project))).toBe(false)
})
