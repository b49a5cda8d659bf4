/**
 * Creates the pictures of the README from a real sign-in: `osa login` in a pseudo-terminal and its decision page in Chromium. Run it when
 * either has changed: `npm run pictures -w @osa/e2e`. Replaces the temporary folder and the port by familiar ones.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openChromium } from './chromium.ts'
import { repository, startNode } from './node-process.ts'
import { openBesideTerminal, openedAddresses } from './opened-addresses.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { openTerminal } from './terminal.ts'
import { terminalPicture } from './terminal-picture.ts'

const pictures = join(repository, 'apps/docs/pictures')

await using folder = await temporaryFolder()
await using node = await startNode({ OSA_DATA_DIR: join(folder.path, 'data') })
const cwd = join(folder.path, 'structures')
await mkdir(cwd)
await using opened = await openedAddresses(folder.path)
// wide enough for the temporary folder, which is longer than its replacement
const columns = 120
const terminal = openTerminal(['login', node.url], {
  ...{ home: folder.path, cwd, columns },
  env: { OSA_BROWSER: opened.program },
})
const chromium = await openChromium()
try {
  const page = await chromium.newPage({ viewport: { width: 760, height: 610 }, colorScheme: 'light' })
  await openBesideTerminal(page, await opened.next())
  await page.getByRole('button', { name: /continue/i }).click()
  await page.getByRole('button', { name: /Carberry/ }).click()
  await page.getByRole('button', { name: 'Approve' }).waitFor()
  await page.screenshot({ path: join(pictures, 'confirm.png') })
  await page.getByRole('button', { name: 'Approve' }).click()
  await terminal.until(/Logged in to/)
} finally {
  await chromium.close()
}
if ((await terminal.exitCode) !== 0) throw new Error(terminal.screen())
const shown = `$ osa login ${node.url}\r\n${terminal.output()}`
const familiar = shown.replaceAll(folder.path, '/home/josiah').replaceAll(new URL(node.url).host, 'localhost:8000')
await writeFile(join(pictures, 'login.svg'), terminalPicture(familiar, 'osa login in a terminal'))
