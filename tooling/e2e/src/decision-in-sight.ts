/** Checks that everything needed for a decision is visible without scrolling. */
import type { Page } from 'playwright-core'

/** Returns the parts of the decision page that are not completely visible in the window. `userCode` is null if it has to be typed. */
export async function outOfSight(page: Page, userCode: string | null): Promise<string[]> {
  const needed = {
    question: page.getByRole('heading', { level: 1 }),
    'who asks': page.locator('.asks'),
    code: userCode === null ? page.getByLabel('Type the code') : page.getByText(userCode, { exact: true }),
    warning: page.getByText('If you did not start this yourself'),
    Deny: page.getByRole('button', { name: 'Deny' }),
    Approve: page.getByRole('button', { name: 'Approve' }),
  }
  const height = page.viewportSize()?.height ?? 0
  const width = page.viewportSize()?.width ?? 0
  const hidden: string[] = []
  for (const [name, locator] of Object.entries(needed)) {
    const box = await locator.boundingBox()
    const fits = box && box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height
    if (!fits) hidden.push(`${name} ends at ${box ? Math.ceil(box.y + box.height) : 'nowhere'} of ${height}`)
  }
  return hidden
}
