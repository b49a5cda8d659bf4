/** Accessibility checks that a program can make. */
import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright-core'

/** Returns the accessibility violations that axe finds on a page. */
export async function barriers(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

/** Returns whether a page needs horizontal scrolling. */
export const isWiderThanWindow = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
