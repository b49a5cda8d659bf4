/** Using the admin page with the keyboard. */
import { expect, test } from 'vitest'
import { barriers } from './barriers.ts'
import { ada, inChromium } from './pages-node.ts'

test('D26 an administrator finds a person, changes a role and ends a session with the keyboard alone, always with a visible focus', () =>
  inChromium(async (pages, chromium) => {
    await (await pages.signIn(chromium, ada)).page.context().close()
    const page = await pages.administer(chromium, { viewport: { width: 1280, height: 800 } })
    /** Presses Tab until the element with this name has the focus. Every focused element must have an outline. */
    const reach = async (wanted: RegExp) => {
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press('Tab')
        const { name, outline } = await page.evaluate(() => {
          const focused = document.activeElement as HTMLElement
          const { outlineStyle, outlineWidth } = getComputedStyle(focused)
          const name = focused.textContent || focused.getAttribute('name') || ''
          return { name: name.replaceAll(/\s+/g, ' ').trim(), outline: `${outlineWidth} ${outlineStyle}` }
        })
        expect(outline, name).toBe('3px solid')
        if (wanted.test(name)) return
      }
      throw new Error(`Tab does not lead to ${wanted}`)
    }
    expect.soft(await barriers(page), 'node').toEqual([])
    await reach(/^People$/)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/admin/people')
    await reach(/^search$/)
    await page.keyboard.type('example')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/admin/people?search=example')
    expect.soft(await barriers(page), 'people').toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    await reach(/^Make Ada Example publisher$/)
    await page.keyboard.press('Enter')
    await page.locator('.role.publisher').waitFor()
    await reach(/^Sessions of Ada Example$/)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/admin/sessions?person=**')
    expect.soft(await barriers(page), 'sessions').toEqual([])
    await reach(/^End the session of/)
    await page.keyboard.press('Enter')
    await page.getByText('No terminal is signed in here.').waitFor()
    await reach(/^Audit$/)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/admin/audit')
    await reach(/^event$|^Any/)
    await page.keyboard.type('operator.ro')
    await reach(/^Show$/)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/admin/audit?**event=operator.role**')
    expect.soft(await barriers(page), 'audit').toEqual([])
    expect(await page.getByRole('table').textContent()).toContain('by Josiah Carberry (0000-0002-1825-0097)')
  }))
