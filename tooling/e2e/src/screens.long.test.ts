/** Every page at three screen widths, in light and dark mode: no horizontal scrolling, and no accessibility violations. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { barriers, isWiderThanWindow } from './barriers.ts'
import { keepScreenshot } from './chromium.ts'
import { outOfSight } from './decision-in-sight.ts'
import { everyday, inChromium, longest } from './pages-node.ts'
import { temporaryFolder } from './temporary-folder.ts'

const logo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 32"><style>path{fill:none;stroke:#0b3d91;stroke-width:4}</style>
<path d="M4 16c8-16 16-16 24 0s16 16 24 0 16-16 24 0 12 12 16 4"/><path d="M4 16c8 16 16 16 24 0s16-16 24 0 16 16 24 0 12-12 16-4"/></svg>`

const looks = [
  { colorScheme: 'light', width: 320 },
  { colorScheme: 'dark', width: 390 },
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 1280 },
] as const

async function judge(page: Page, name: string) {
  for (const { colorScheme, width } of looks) {
    const view = `page-${name}-${colorScheme}-${width}`
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 800 })
    await keepScreenshot(page, view)
    expect.soft(await isWiderThanWindow(page), `${view} needs no sideways scrolling`).toBe(false)
    expect.soft(await barriers(page), view).toEqual([])
  }
}

test('D26 public pages fit every screen', () =>
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

test('D26 the list of terminals fits every screen, whatever their names', () =>
  inChromium(async (pages, chromium) => {
    const { page } = await pages.signIn(chromium, everyday)
    const far = { ...everyday, deviceName: 'login node 3 of the cluster', address: '198.51.100.7' }
    for (const asking of [far, { ...longest, person: everyday.person }]) await pages.signIn(chromium, asking)
    await page.goto(`${pages.url}/account/sessions`)
    await pages.signIn(chromium, { ...everyday, deviceName: 'a notebook' })
    await page.goto(`${pages.url}/account/sessions`)
    await page.getByText('Rename', { exact: false }).first().click()
    await judge(page, 'terminals')
  }))

test('D26 a node with its own name, logo and colour fits every screen, with sufficient contrast', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'logo.svg')
  await writeFile(file, logo)
  await inChromium(
    async (pages, chromium) => {
      const { page, userCode } = await pages.arrive(chromium, longest, { viewport: { width: 390, height: 844 } })
      expect(await page.locator('.logo').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0)
      expect(await outOfSight(page, userCode)).toEqual([])
      await judge(page, 'own-decision')
      await page.goto(pages.url)
      await judge(page, 'own-start')
    },
    {
      OSA_NODE_NAME: 'Rhine-Meuse Archive of Macromolecular Structures and Assays',
      OSA_NODE_DESCRIPTION:
        'Structures of proteins, the pockets that small molecules bind to, and the assays that say how strongly.',
      OSA_NODE_LOGO_FILE: file,
      OSA_NODE_CONTACT: 'help@archive.example',
      OSA_NODE_ACCENT: '#0b3d91',
    },
  )
})
