/** Debian's Chromium, headless, and where its screenshots go. */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'

const candidates = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** For a start and for each step on a page: it ends what hangs, and does not judge speed. */
const patienceMs = 300_000

/** The machine's Chromium, or the one that `CHROMIUM_PATH` names. Throws with what to install where there is none. */
export function chromiumPath(): string {
  const path = process.env.CHROMIUM_PATH ?? candidates.find((one) => existsSync(one))
  if (path === undefined) {
    throw new Error('These tests need Chromium: install it (Debian: apt-get install chromium) or set CHROMIUM_PATH.')
  }
  return path
}

/** Starts Chromium, with more arguments if need be. Rejects with what to install where there is none. */
export async function openChromium(...more: string[]): Promise<Browser> {
  const executablePath = chromiumPath()
  const browser = await chromium.launch({
    executablePath,
    timeout: patienceMs,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  })
  return browser.on('context', (context) => context.setDefaultTimeout(patienceMs))
}

const folder = join(import.meta.dirname, '../test-output')

/** Keeps what the page looks like as `test-output/<name>.png`. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}
