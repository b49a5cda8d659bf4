/** What keeps people out of a page, as far as a program can tell. */
import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright-core'

/** Findings of axe on a page as it is now, in words. */
export async function barriers(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

/** Whether a page has to be scrolled sideways. */
export const isWiderThanWindow = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
