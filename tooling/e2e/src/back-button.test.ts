/** Back, after signing out: a page that Chromium keeps whole in memory (its back/forward cache) must not come up again. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { chromiumPath } from './chromium.ts'
import { startNode } from './node-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** Chromium as people run it, which Playwright does not: with that cache. */
const openWithCache = async () =>
  chromium.launch({
    executablePath: chromiumPath(),
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    args: ['--no-sandbox', '--disable-gpu'],
  })

/** Pages that tell whether they came out of the cache. */
async function startPlainPages() {
  const script = `<script>addEventListener('pageshow', (e) => { document.title = e.persisted ? 'kept' : 'loaded' })</script>`
  const server = createServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html', 'cache-control': 'no-cache' }).end(`${script}page`),
  ).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** As the button does: `page.goBack` waits for a load that a page out of the cache never has. */
async function goBack(page: Page): Promise<void> {
  const shown = page.waitForEvent('framenavigated')
  await page.evaluate(() => history.back())
  await shown
  await page.waitForFunction(() => document.readyState === 'complete')
}

test('D26 ASVS 14.3.2 after signing out, Back shows neither the sessions nor the decision page, though this browser keeps pages', async () => {
  await using folder = await temporaryFolder()
  await using node = await startNode({ OSA_DATA_DIR: join(folder.path, 'data') })
  await using plain = await startPlainPages()
  const browser = await openWithCache()
  try {
    const page = await (await browser.newContext()).newPage()
    await page.goto(`${plain.url}/one`)
    await page.goto(`${plain.url}/two`)
    await goBack(page)
    expect(await page.title(), 'this browser keeps pages').toBe('kept')

    const started = await fetch(`${node.url}/oauth/device_authorization`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'osa-cli', device_name: 'laptop' }),
    })
    const { user_code: code } = (await started.json()) as { user_code: string }
    await page.goto(`${node.url}/device`)
    await page.getByLabel('Code', { exact: true }).fill(code)
    await page.getByRole('button', { name: /continue/i }).click()
    await page.getByRole('button', { name: /Carberry/ }).click()
    await page.getByText(code).first().waitFor()
    const [confirm, sessions] = [page.url(), `${node.url}/account/sessions`]
    await page.goto(sessions)
    expect(await page.textContent('body')).toContain('Josiah Carberry')
    await goBack(page)
    expect([page.url(), await page.getByRole('button', { name: 'Approve' }).count()], 'signed in, Back works').toEqual([
      confirm,
      1,
    ])
    await page.goto(sessions)
    await page.getByRole('button', { name: 'Sign out of this page' }).click()
    await page.waitForLoadState()
    for (const was of ['the sessions', 'the decision page']) {
      await goBack(page)
      const text = (await page.textContent('body')) ?? ''
      for (const theirs of ['Josiah Carberry', '0000-0002-1825-0097', code]) expect(text, was).not.toContain(theirs)
      expect(await page.getByRole('button', { name: 'Approve' }).count(), was).toBe(0)
    }
  } finally {
    await browser.close()
  }
})
