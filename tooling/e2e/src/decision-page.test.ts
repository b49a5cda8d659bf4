/** The page on which a person decides, as a browser lays it out: all that a decision needs is there before anybody scrolls. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { startUpstream } from '@osa/server/testing/upstream'
import type { Browser, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { barriers } from './barriers.ts'
import { keepScreenshot, openChromium } from './chromium.ts'
import { freePort } from './free-port.ts'
import { startNode } from './node-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** 100 characters in words, and as few places to break as a name may have. */
const longName =
  'Wilhelmina Weatherby-Worthington van der Westhuizen, Department of Macromolecular Crystallography, WW'.slice(0, 100)

interface Asking {
  readonly clientId: string
  readonly deviceName: string
  readonly userAgent: string
  /** Of the terminal; the browser is at 203.0.113.5. */
  readonly address: string
  readonly person: string
}

const everyday: Asking = {
  clientId: 'osa-cli',
  deviceName: 'lab-7.structbio.example.org',
  userAgent: 'osa/1.0.0 (linux)',
  address: '203.0.113.77',
  person: 'Josiah Carberry',
}
const longest: Asking = {
  clientId: 'long-name',
  deviceName: 'W'.repeat(64),
  userAgent: `Mozilla/5.0 (trusted by your archive) <b>${'Ω'.repeat(200)}`,
  address: '2001:db8:1234:5678:9abc:def0:1234:5678',
  person: longName,
}

/** A node that signs in at a provider as at ORCID, behind a proxy that says where people are. */
const startPagesNode = async () => {
  await using started = new AsyncDisposableStack()
  const folder = started.use(await temporaryFolder())
  const port = await freePort()
  const upstream = started.use(await startUpstream({ redirectUris: [`http://localhost:${port}/api/v1/auth/callback`] }))
  upstream.settings.orcidStyle = true
  const clients = join(folder.path, 'clients.json')
  const client = { client_id: 'long-name', client_name: longName, scope: 'profile conventions:write' }
  const grants = ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token']
  await writeFile(clients, JSON.stringify([{ ...client, grant_types: grants }]))
  const node = started.use(
    await startNode({
      PORT: String(port),
      DATABASE_URL: await createSharedDatabase({ migrated: true }),
      OSA_DATA_DIR: join(folder.path, 'data'),
      OSA_TRUSTED_PROXIES: '127.0.0.0/8,::1/128',
      OSA_CLIENTS_FILE: clients,
      OSA_ORCID_ISSUER: upstream.issuer,
      OSA_ORCID_CLIENT_ID: upstream.clientId,
      OSA_ORCID_CLIENT_SECRET: upstream.clientSecret,
    }),
  )
  const running = started.move()
  /** A terminal asks as `asking`, and a browser of this kind is led to the page about it. */
  const arrive = async (chromium: Browser, asking: Asking, look: Parameters<Browser['newContext']>[0]) => {
    upstream.settings.person = { subject: '0000-0002-1825-0097', name: asking.person }
    const answer = await fetch(`${node.url}/oauth/device_authorization`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: asking.clientId, device_name: asking.deviceName }),
      headers: { 'user-agent': Buffer.from(asking.userAgent).toString('latin1'), 'x-forwarded-for': asking.address },
    })
    const { user_code } = (await answer.json()) as { user_code: string }
    const context = await chromium.newContext({ ...look, extraHTTPHeaders: { 'x-forwarded-for': '203.0.113.5' } })
    const page = await context.newPage()
    await page.goto(`${node.url}/device`)
    await page.getByLabel('Code', { exact: true }).fill(user_code)
    await page.getByRole('button', { name: 'Continue with ORCID' }).press('Enter')
    await page.getByRole('button', { name: 'Sign in and allow' }).click()
    await page.waitForURL('**/device/confirm**')
    return { page, userCode: user_code }
  }
  return { url: node.url, arrive, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** What of a decision is not wholly within the window, before anybody scrolls. */
const outOfSight = async (page: Page, userCode: string): Promise<string[]> => {
  const needed = {
    question: page.getByRole('heading', { level: 1 }),
    'who asks': page.locator('.asks'),
    code: page.getByText(userCode, { exact: true }),
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

test('D02 D26 the question, the code, who asks and both buttons are in sight without scrolling', async () => {
  await using pages = await startPagesNode()
  const chromium = await openChromium()
  try {
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
  } finally {
    await chromium.close()
  }
})
