/** Every part of the admin page at all screen widths, in light and dark mode, and the page for people who are not administrators. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { barriers, isWiderThanWindow } from './barriers.ts'
import { keepScreenshot } from './chromium.ts'
import { ada, inChromium, longest } from './pages-node.ts'

const stranger = { ...longest, orcid: '0000-0002-1694-233X' }
const parts = { node: '/admin', sessions: '/admin/sessions', people: '/admin/people', audit: '/admin/audit' } as const

const looks = [
  { colorScheme: 'light', width: 320, withAxe: true },
  { colorScheme: 'dark', width: 390 },
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 1280, withAxe: true },
  // equivalent to a window of 1280 pixels at 200 % zoom
  { colorScheme: 'light', width: 640 },
] as const

async function judge(page: Page, name: string): Promise<void> {
  for (const { colorScheme, width, ...look } of looks) {
    const view = `admin-${name}-${colorScheme}-${width}`
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 800 })
    await keepScreenshot(page, view)
    expect.soft(await isWiderThanWindow(page), `${view} needs no sideways scrolling`).toBe(false)
    if ('withAxe' in look) expect.soft(await barriers(page), view).toEqual([])
  }
}

test('D26 every part of the admin page fits every screen, also zoomed and with forced colours', () =>
  inChromium(async (pages, chromium) => {
    for (const asking of [ada, stranger]) {
      const { page } = await pages.signIn(chromium, asking)
      await page.goto(`${pages.url}/admin`)
      if (asking === ada) await judge(page, 'refused')
      await page.context().close()
    }
    const page = await pages.administer(chromium)
    for (const [name, path] of Object.entries({ ...parts, person: '/admin/sessions?person=Ada' })) {
      await page.goto(`${pages.url}${path}`)
      await judge(page, name)
      await page.emulateMedia({ forcedColors: 'active' })
      await keepScreenshot(page, `admin-${name}-forced-640`)
      await page.emulateMedia({ forcedColors: 'none' })
    }
    await page.context().clearCookies()
    await page.goto(`${pages.url}/admin`)
    await judge(page, 'entrance')
  }))
