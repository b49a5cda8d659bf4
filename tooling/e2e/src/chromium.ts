/** Starts the machine's Chromium, headless, and saves screenshots. */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

const candidates = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Timeout of a start and of each step on a page. It ends hanging tests and does not judge speed. */
const patienceMs = 300_000

/** Returns the path of the machine's Chromium, or `CHROMIUM_PATH`. If there is none, throws with what to install. */
export function chromiumPath(): string {
  const path = process.env.CHROMIUM_PATH ?? candidates.find((one) => existsSync(one))
  if (path === undefined) {
    throw new Error('These tests need Chromium: install it (Debian: apt-get install chromium) or set CHROMIUM_PATH.')
  }
  return path
}

/** Starts Chromium, with additional arguments. If there is none, rejects with what to install. */
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

/** The part of a browser that tests use. */
export type Chromium = Pick<Browser, 'newContext' | 'newPage' | 'close'> & AsyncDisposable

let running: Promise<Browser> | null = null

/**
 * Returns a Chromium that the tests of a worker share, since starting one costs more than most tests. Contexts are isolated from each other;
 * `close` closes those created through the returned object. The browser exits with the worker.
 */
export async function sharedChromium(): Promise<Chromium> {
  running ??= openChromium().then((started) =>
    started.on('disconnected', () => {
      running = null
    }),
  )
  const browser = await running
  const contexts: BrowserContext[] = []
  const newContext: Browser['newContext'] = async (options) => {
    const context = await browser.newContext(options)
    contexts.push(context)
    return context
  }
  const close = async () => {
    await Promise.all(contexts.map((context) => context.close()))
  }
  return {
    newContext,
    newPage: async (options) => (await newContext(options)).newPage(),
    close,
    [Symbol.asyncDispose]: close,
  }
}

const folder = join(import.meta.dirname, '../test-output')

/** Saves a screenshot of the page as `test-output/<name>.png`. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}
