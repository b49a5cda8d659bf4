/** The layout of the decision page: everything needed for a decision is visible without scrolling. */
import { expect, test } from 'vitest'
import { barriers, isWiderThanWindow } from './barriers.ts'
import { keepScreenshot, sharedChromium } from './chromium.ts'
import { outOfSight } from './decision-in-sight.ts'
import { everyday, longest, startPagesNode } from './pages-node.ts'

test('D02 D26 the question, the code, who asks and both buttons are visible without scrolling', async () => {
  await using pages = await startPagesNode()
  await using chromium = await sharedChromium()
  for (const [name, asking] of Object.entries({
    everyday,
    elsewhere: { ...everyday, address: '198.51.100.7' },
    longest,
  })) {
    for (const viewport of [
      { width: 1280, height: 800 },
      { width: 390, height: 844 },
    ]) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const { page, userCode } = await pages.arrive(chromium, asking, { viewport, colorScheme })
        const view = `decision-${name}-${colorScheme}-${viewport.width}`
        await keepScreenshot(page, view)
        expect.soft(await outOfSight(page, userCode), view).toEqual([])
        expect.soft(await barriers(page), view).toEqual([])
        await page.context().close()
      }
    }
  }
})

test('D02 D26 the field for typing the code is visible without scrolling', async () => {
  await using pages = await startPagesNode({ OSA_REMOTE_APPROVAL: 'typed' })
  await using chromium = await sharedChromium()
  for (const [width, height] of [
    [1280, 800],
    [390, 844],
  ] as const) {
    const byLink = { ...longest, byLink: true } as const
    const { page, userCode } = await pages.arrive(chromium, byLink, { viewport: { width, height } })
    await keepScreenshot(page, `decision-typed-light-${width}`)
    expect.soft(await page.getByText(userCode).count(), 'only the terminal shows it').toBe(0)
    expect.soft(await outOfSight(page, null), `${width}`).toEqual([])
    expect.soft(await barriers(page), `${width}`).toEqual([])
    await page.context().close()
  }
})

test('D26 a person can decide with the keyboard alone, always with a visible focus', async () => {
  await using pages = await startPagesNode()
  await using chromium = await sharedChromium()
  const elsewhere = { ...everyday, address: '198.51.100.7' }
  const { page } = await pages.arrive(chromium, elsewhere, { viewport: { width: 1280, height: 800 } })
  const reached: string[] = []
  for (let presses = 0; presses < 12; presses++) {
    await page.keyboard.press('Tab')
    const { name, outline } = await page.evaluate(() => {
      const focused = document.activeElement as HTMLElement
      const { outlineStyle, outlineWidth } = getComputedStyle(focused)
      return { name: focused.innerText || focused.getAttribute('name'), outline: `${outlineWidth} ${outlineStyle}` }
    })
    expect(outline, name ?? 'nothing').toBe('3px solid')
    reached.push(name ?? '')
    if (name === 'other_network') await page.keyboard.press('Space')
    if (name === 'What it may do, and for how long') break
  }
  expect(reached.slice(-5)).toEqual([
    'Not you? Switch account',
    'other_network',
    'Deny',
    'Approve',
    'What it may do, and for how long',
  ])
  await page.keyboard.press('Enter')
  expect(await page.getByText('Register and update conventions in your name').isVisible()).toBe(true)
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'You approved this terminal' }).waitFor()
})

test('D26 at 320 pixels both buttons have the same size, and their text is not cut off', async () => {
  await using pages = await startPagesNode()
  await using chromium = await sharedChromium()
  const { page } = await pages.arrive(chromium, everyday, { viewport: { width: 320, height: 640 } })
  await keepScreenshot(page, 'decision-everyday-light-320')
  const boxes = await Promise.all(['Deny', 'Approve'].map((name) => page.getByRole('button', { name }).boundingBox()))
  const [deny, approve] = boxes
  expect(deny?.height).toBe(52)
  expect(approve).toMatchObject({ height: deny?.height, y: deny?.y })
  expect(approve?.width).toBeCloseTo(deny?.width ?? 0, 0)
  expect(await isWiderThanWindow(page)).toBe(false)
})

test('D26 at 200 % zoom everything is readable without horizontal scrolling', async () => {
  await using pages = await startPagesNode()
  await using chromium = await sharedChromium()
  // equivalent to a window of 1280 by 800 pixels at 200 % zoom
  const zoomed = { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }
  const { page } = await pages.arrive(chromium, longest, zoomed)
  await keepScreenshot(page, 'decision-zoom-200')
  expect(await isWiderThanWindow(page)).toBe(false)
  await page.getByRole('button', { name: 'Approve' }).scrollIntoViewIfNeeded()
  const box = await page.getByRole('button', { name: 'Approve' }).boundingBox()
  expect(box && box.y >= 0 && box.y + box.height <= 400).toBe(true)
})

test('D26 with forced colours the buttons keep their borders and icons', async () => {
  await using pages = await startPagesNode()
  await using chromium = await sharedChromium()
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page } = await pages.arrive(chromium, everyday, { forcedColors: 'active', colorScheme })
    await keepScreenshot(page, `decision-forced-colours-${colorScheme}`)
    for (const name of ['Deny', 'Approve']) {
      const look = await page.getByRole('button', { name }).evaluate((button) => {
        const { borderTopStyle, borderTopColor, backgroundColor } = getComputedStyle(button)
        const { stroke } = getComputedStyle(button.querySelector('path') ?? button)
        return { borderTopStyle, borderTopColor, backgroundColor, stroke }
      })
      expect(look.borderTopStyle, name).toBe('solid')
      expect(look.borderTopColor, name).not.toBe(look.backgroundColor)
      expect(look.stroke, name).not.toBe(look.backgroundColor)
    }
    await page.context().close()
  }
})

test('D04 the pages after Approve and Deny differ in icon, shape and colour, not only in their text', async () => {
  await using pages = await startPagesNode()
  await using chromium = await sharedChromium()
  const seals = []
  for (const [name, colorScheme, width] of [
    ['Approve', 'light', 390],
    ['Deny', 'light', 390],
    ['Approve', 'dark', 1280],
    ['Deny', 'dark', 1280],
  ] as const) {
    const { page } = await pages.arrive(chromium, everyday, { colorScheme, viewport: { width, height: 844 } })
    await page.getByRole('button', { name }).click()
    await page.getByText('go back to your terminal').waitFor()
    await keepScreenshot(page, `ended-${name.toLowerCase()}-${colorScheme}-${width}`)
    expect(await barriers(page), name).toEqual([])
    seals.push(
      await page.locator('.seal svg').evaluate((svg) => {
        const { borderRadius, borderTopColor } = getComputedStyle(svg)
        return { drawing: svg.innerHTML, borderRadius, borderTopColor }
      }),
    )
    await page.context().close()
  }
  const [approved, denied] = seals
  expect(approved?.drawing).not.toBe(denied?.drawing)
  expect(approved?.borderRadius).not.toBe(denied?.borderRadius)
  expect(approved?.borderTopColor).not.toBe(denied?.borderTopColor)
})
