/** The Back button after signing out: a page in Chromium's back/forward cache must not reappear. */
import { createServer } from 'node:http'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { chromiumPath } from './chromium.ts'
import { listen } from './listen.ts'
import { startNode } from './node-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** Starts Chromium with the back/forward cache, which Playwright disables. */
const openWithCache = async () =>
  chromium.launch({
    executablePath: chromiumPath(),
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    args: ['--no-sandbox', '--disable-gpu'],
  })

/** Serves pages whose title says whether they came from the cache. */
async function startPlainPages() {
  const script = `<script>addEventListener('pageshow', (e) => { document.title = e.persisted ? 'kept' : 'loaded' })</script>`
  const server = createServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html', 'cache-control': 'no-cache' }).end(`${script}page`),
  )
  return listen(server)
}

/** Goes back like the button. `page.goBack` would wait for a load event, which a page from the cache never has. */
async function goBack(page: Page): Promise<void> {
  const shown = page.waitForEvent('framenavigated')
  await page.evaluate(() => history.back())
  await shown
  await page.waitForFunction(() => document.readyState === 'complete')
}

test('D26 ASVS 14.3.2 after signing out, Back shows neither the sessions nor the decision page, even with the back/forward cache', async () => {
  await using folder = await temporaryFolder()
  await using node = await startNode({ OSA_DATA_DIR: join(folder.path, 'data') })
  await using plain = await startPlainPages()
  const browser = await openWithCache()
  try {
    const page = await (await browser.newContext()).newPage()
    await page.goto(`${plain.url}/one`)
    await page.goto(`${plain.url}/two`)
    await goBack(page)
    expect(await page.title(), 'this browser caches pages').toBe('kept')

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
