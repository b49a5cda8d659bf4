/** Every page on screens of three widths, in the light and in the dark: nothing needs sideways scrolling, and nothing keeps people out. */
import type { Browser, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { barriers, isWiderThanWindow } from './barriers.ts'
import { keepScreenshot, openChromium } from './chromium.ts'
import { everyday, longest, startPagesNode } from './pages-node.ts'

type PagesNode = Awaited<ReturnType<typeof startPagesNode>>

const looks = [
  { colorScheme: 'light', width: 320 },
  { colorScheme: 'dark', width: 390 },
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 1280 },
] as const

const judge = async (page: Page, name: string) => {
  for (const { colorScheme, width } of looks) {
    const view = `page-${name}-${colorScheme}-${width}`
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 800 })
    await keepScreenshot(page, view)
    expect.soft(await isWiderThanWindow(page), `${view} needs no sideways scrolling`).toBe(false)
    expect.soft(await barriers(page), view).toEqual([])
  }
}

const inChromium = async (use: (pages: PagesNode, chromium: Browser) => Promise<void>) => {
  await using pages = await startPagesNode()
  const chromium = await openChromium()
  try {
    await use(pages, chromium)
  } finally {
    await chromium.close()
  }
}

test('D26 pages for anybody fit every screen', () =>
  inChromium(async ({ url }, chromium) => {
    const page = await (await chromium.newContext()).newPage()
    const paths = {
      start: '/',
      code: '/device',
      'code-from-link': '/device?user_code=BCDF-GHJK',
      error: '/device/error',
    }
    for (const [name, path] of Object.entries({ ...paths, 'signed-out': '/account/sessions', missing: '/nothing' })) {
      await page.goto(`${url}${path}`)
      await judge(page, name)
    }
    await page.goto(`${url}/device`)
    await page.getByLabel('Code', { exact: true }).fill('BCDF-GHJK')
    await page.getByRole('button', { name: 'Continue with ORCID' }).click()
    await page.getByRole('alert').waitFor()
    await judge(page, 'code-refused')
  }))

test('D26 the terminals of a person fit every screen, whatever they call themselves', () =>
  inChromium(async (pages, chromium) => {
    const { page } = await pages.signIn(chromium, everyday)
    const far = { ...everyday, deviceName: 'login node 3 of the cluster', address: '198.51.100.7' }
    for (const asking of [far, { ...longest, person: everyday.person }]) await pages.signIn(chromium, asking)
    await page.goto(`${pages.url}/account/sessions`)
    await judge(page, 'terminals')
  }))
