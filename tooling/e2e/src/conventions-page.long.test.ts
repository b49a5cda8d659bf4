/** Conventions from the deploy to the page that people read: in light and dark mode, on narrow screens, and on paper. */
import { sampleManifest } from '@osa/contract/testing'
import { expect, test } from 'vitest'
import { approve } from './approve.ts'
import { barriers } from './barriers.ts'
import { type Chromium, keepScreenshot, sharedChromium } from './chromium.ts'
import { startNode } from './node-process.ts'
import { onPostgres } from './on-postgres.ts'
import { temporaryFolder } from './temporary-folder.ts'

async function post(url: string, path: string, fields: Record<string, string>): Promise<Record<string, string>> {
  const body = new URLSearchParams({ client_id: 'osa-cli', ...fields })
  return (await (await fetch(`${url}${path}`, { method: 'POST', body })).json()) as Record<string, string>
}

/** Signs in Josiah Carberry, an administrator with the development sign-in, and returns his access token. */
async function signIn(url: string): Promise<string> {
  const started = await post(url, '/oauth/device_authorization', {})
  await approve(url, started.user_code ?? '')
  const tokens = await post(url, '/oauth/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: started.device_code ?? '',
  })
  return tokens.access_token ?? ''
}

const deploy = (url: string, token: string, manifest: object): Promise<Response> =>
  fetch(`${url}/api/v1/conventions`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(manifest),
  })

/** A convention whose texts have the maximum length and no place for a line break. */
function unwieldy() {
  const manifest = sampleManifest({ title: `Unwieldy ${'x'.repeat(180)}`, description: 'y'.repeat(3_000) })
  const [field] = manifest.schema.fields
  const name = `z${'z'.repeat(62)}`
  const fields = field ? [...manifest.schema.fields, { ...field, name, description: 'w'.repeat(1_000) }] : []
  return { ...manifest, schema: { ...manifest.schema, fields } }
}

type Look = { readonly colorScheme: 'light' | 'dark'; readonly width: number }
const light = { colorScheme: 'light', width: 1024 } as const
const dark = { colorScheme: 'dark', width: 1024 } as const
const narrow = { colorScheme: 'light', width: 320 } as const

async function look(chromium: Chromium, url: string, path: string, { colorScheme, width }: Look) {
  const context = await chromium.newContext({ colorScheme, viewport: { width, height: 800 } })
  const page = await context.newPage()
  const name = `conventions${path.replaceAll(/[^a-z]+/g, '-').slice(0, 40)}-${colorScheme}-${width}`
  await page.goto(`${url}${path}`)
  await keepScreenshot(page, name)
  expect(await barriers(page), name).toEqual([])
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(overflow, `${name} needs no sideways scrolling`).toBe(0)
  const tables = await page
    .locator('.scroll')
    .evaluateAll((all) =>
      all.map((one) => ({ overflowX: getComputedStyle(one).overflowX, hides: one.scrollWidth > one.clientWidth })),
    )
  expect(tables.every(({ overflowX }) => overflowX === 'auto')).toBe(true)
  if (width >= 1024)
    expect(
      tables.map(({ hides }) => hides),
      `${name} shows whole tables`,
    ).not.toContain(true)
  await context.close()
}

/** Prints a page: nothing on it scrolls, and there are no buttons or fields. */
async function print(chromium: Chromium, url: string, path: string) {
  const context = await chromium.newContext({ colorScheme: 'dark', viewport: { width: 680, height: 960 } })
  const page = await context.newPage()
  await page.goto(`${url}${path}`)
  await page.emulateMedia({ media: 'print' })
  await keepScreenshot(page, `print${path.replaceAll(/[^a-z]+/g, '-')}`)
  const paper = await page.evaluate(() => ({
    background: getComputedStyle(document.body).backgroundColor,
    ink: getComputedStyle(document.body).color,
    footer: getComputedStyle(document.querySelector('.colophon') ?? document.body).display,
    pressable: [...document.querySelectorAll('button, .button, input')].filter((one) => one.checkVisibility()).length,
    cut: [...document.querySelectorAll('.scroll, .command')].filter((one) => one.scrollWidth > one.clientWidth + 1)
      .length,
  }))
  const clean = { background: 'rgb(255, 255, 255)', ink: 'rgb(0, 0, 0)', footer: 'none', pressable: 0, cut: 0 }
  expect(paper).toEqual(clean)
  const pdf = await page.pdf({ format: 'A4', margin: { top: '15mm', bottom: '15mm', left: '15mm', right: '15mm' } })
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
  await context.close()
}

test('D26 the pages of conventions are accessible on all screens and on paper', async () => {
  await using folder = await temporaryFolder()
  await using node = await startNode(await onPostgres(folder))
  await using chromium = await sharedChromium()
  await look(chromium, node.url, '/conventions', narrow)
  const token = await signIn(node.url)
  for (const manifest of [sampleManifest(), sampleManifest({ description: 'Better told.' }), unwieldy()]) {
    expect((await deploy(node.url, token, manifest)).status).toBe(201)
  }
  const views: [path: string, as: Look][] = [
    ['/conventions', dark],
    ['/conventions/protein-structures', light],
    ['/conventions/protein-structures', narrow],
    ['/conventions/protein-structures?version=1', dark],
    [`/conventions/unwieldy-${'x'.repeat(55)}`, narrow],
    ['/conventions/nothing', narrow],
  ]
  for (const [path, as] of views) await look(chromium, node.url, path, as)
  for (const path of ['/conventions/protein-structures', '/', '/device', '/account/sessions']) {
    await print(chromium, node.url, path)
  }
})

test('a person finds a convention from the start page without scripts', async () => {
  await using folder = await temporaryFolder()
  await using node = await startNode(await onPostgres(folder))
  const token = await signIn(node.url)
  expect((await deploy(node.url, token, sampleManifest())).status).toBe(201)
  await using chromium = await sharedChromium()
  const page = await (await chromium.newContext({ javaScriptEnabled: false })).newPage()
  await page.goto(node.url)
  await page.getByRole('main').getByRole('link', { name: 'conventions' }).click()
  await page.getByRole('link', { name: 'Protein structures' }).click()
  expect(page.url()).toBe(`${node.url}/conventions/protein-structures`)
  expect(await page.getByRole('row', { name: 'resolution' }).textContent()).toContain('Å')
  expect(await page.getByRole('region', { name: 'Fields' }).count()).toBe(1)
})
