import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { typeCode } from './approve.ts'
import { barriers } from './barriers.ts'
import { keepScreenshot, sharedChromium } from './chromium.ts'
import { startNode } from './node-process.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { openTerminal } from './terminal.ts'

test.each([
  { name: 'with scripts in a light browser', javaScriptEnabled: true, colorScheme: 'light', width: 1024 },
  { name: 'without scripts in a dark narrow browser', javaScriptEnabled: false, colorScheme: 'dark', width: 320 },
] as const)('B37 D26 a person signs in $name, from the printed address to Logged in', async (browserKind) => {
  await using folder = await temporaryFolder()
  await using node = await startNode({ OSA_DATA_DIR: join(folder.path, 'data') })
  const cwd = join(folder.path, 'project')
  await mkdir(cwd)
  const terminal = openTerminal(['login', node.url], { home: folder.path, cwd })
  const address = (await terminal.until(/(http:\S+\/device\S*)/))[1] ?? ''
  const code = (await terminal.until(/([A-Z]{4}-[A-Z]{4})/))[1] ?? ''

  await using chromium = await sharedChromium()
  const { javaScriptEnabled, colorScheme, width } = browserKind
  // axe needs scripts in the page, so pages are checked only with scripts enabled
  const look = async (page: Page, name: string) => {
    await keepScreenshot(page, `${name}-${colorScheme}-${width}`)
    const overflow = javaScriptEnabled
      ? await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
      : false
    expect(overflow, `${name} needs no sideways scrolling`).toBe(false)
    if (javaScriptEnabled) expect(await barriers(page), name).toEqual([])
  }
  const context = await chromium.newContext({ javaScriptEnabled, colorScheme, viewport: { width, height: 800 } })
  const page = await context.newPage()
  await page.goto(address)
  await look(page, '1-enter-code')
  const field = page.getByLabel('Code', { exact: true })
  if ((await field.inputValue()) === '') await field.fill(code.toLowerCase())
  await page.getByRole('button', { name: /continue/i }).click()
  await look(page, '2-sign-in')
  await page.getByRole('button', { name: /Carberry/ }).click()
  await look(page, '3-confirm')
  const fromLink = address.includes('user_code')
  expect(await page.getByText(code).count(), 'a page opened by a link does not show the code').toBe(fromLink ? 0 : 1)
  await typeCode(page, code.toLowerCase())
  for (const text of ['Josiah Carberry', '0000-0002-1825-0097', 'OSA command line', '127.0.0.1']) {
    expect(await page.textContent('body'), 'D02').toContain(text)
  }
  await page.locator('h1').click()
  await page.keyboard.press('Enter')
  expect(page.url(), 'D03 Enter on the loaded page decides nothing').toContain('/device/confirm')
  await page.getByRole('button', { name: 'Approve' }).click()
  await page.getByText('go back to your terminal').waitFor()
  await look(page, '4-complete')
  for (const secret of [code, 'user_code', 'state=', 'code=']) expect(page.url(), 'D23').not.toContain(secret)
  await terminal.until(/Logged in to \S+ as Josiah Carberry \(0000-0002-1825-0097\)/)
  await page.goto(`${node.url}/account/sessions`)
  expect(await page.getByText('OSA command line').count()).toBeGreaterThan(0)
  await look(page, '5-sessions')

  expect(await terminal.exitCode).toBe(0)
  const credentials = await stat(join(folder.path, '.config/osa/credentials.json'))
  expect(credentials.mode & 0o777).toBe(0o600)

  const whoami = openTerminal(['whoami'], { home: folder.path, cwd })
  await whoami.until(/Josiah Carberry \(0000-0002-1825-0097\)/)
  expect(await whoami.exitCode).toBe(0)
  const logout = openTerminal(['logout'], { home: folder.path, cwd })
  await logout.until(/Logged out of/)
  expect(await logout.exitCode).toBe(0)
})

test('D04 E08 after a denial on the confirm page or at the provider, the command ends at its next poll', async () => {
  await using folder = await temporaryFolder()
  await using node = await startNode({ OSA_DATA_DIR: join(folder.path, 'data') })
  await using chromium = await sharedChromium()
  for (const where of ['page', 'provider'] as const) {
    const terminal = openTerminal(['login', node.url, '--no-link'], { home: folder.path, cwd: folder.path })
    const code = (await terminal.until(/([A-Z]{4}-[A-Z]{4})/))[1] ?? ''
    const page = await (await chromium.newContext()).newPage()
    await page.goto(`${node.url}/device`)
    await page.getByLabel('Code', { exact: true }).fill(code)
    await page.getByRole('button', { name: /continue/i }).click()
    if (where === 'page') await page.getByRole('button', { name: /Carberry/ }).click()
    await page.getByRole('button', { name: 'Deny' }).click()
    await page
      .getByText(/terminal/)
      .first()
      .waitFor()
    await keepScreenshot(page, `6-denied-at-${where}`)
    await terminal.until(/Sign-in was refused in the browser/)
    expect(await terminal.exitCode).toBe(6)
  }
})
