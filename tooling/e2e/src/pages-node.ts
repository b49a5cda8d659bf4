/** A node with a provider like ORCID, and people who sign in. Requests carry `X-Forwarded-For`, as behind a trusted proxy. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '@osa/db/testing/free-port'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { startUpstream } from '@osa/server/testing/upstream'
import type { BrowserContextOptions } from 'playwright-core'
import { type Chromium, sharedChromium } from './chromium.ts'
import { startNode } from './node-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** A name of 100 characters with few places for a line break. */
const longName =
  'Wilhelmina Weatherby-Worthington van der Westhuizen, Department of Macromolecular Crystallography, WW'.slice(0, 100)

const carberry = '0000-0002-1825-0097'
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

export interface Asking {
  readonly clientId: string
  readonly deviceName: string
  readonly userAgent: string
  /** The address of the terminal. That of the browser is 203.0.113.5. */
  readonly address: string
  readonly person: string
  /** The ORCID iD; by default that of Josiah Carberry, who is an administrator. */
  readonly orcid?: string
  /** The browser opens a link that contains the code, instead of typing the code. */
  readonly byLink?: true
}

export const everyday: Asking = {
  clientId: 'osa-cli',
  deviceName: 'lab-7.structbio.example.org',
  userAgent: 'osa/1.0.0 (linux)',
  address: '203.0.113.77',
  person: 'Josiah Carberry',
}
export const longest: Asking = {
  clientId: 'long-name',
  deviceName: 'W'.repeat(64),
  userAgent: `Mozilla/5.0 (trusted by your archive) <b>${'Ω'.repeat(200)}`,
  address: '2001:db8:1234:5678:9abc:def0:1234:5678',
  person: longName,
}

/** A person who is not an administrator. */
export const ada: Asking = {
  ...everyday,
  person: 'Ada Example',
  orcid: '0000-0001-5109-3700',
  deviceName: 'a notebook',
}

/** Starts a node with a provider like ORCID that trusts `X-Forwarded-For` from loopback. */
export async function startPagesNode(settings: Readonly<Record<string, string>> = {}) {
  await using started = new AsyncDisposableStack()
  const folder = started.use(await temporaryFolder())
  const port = await freePort()
  const upstream = started.use(await startUpstream({ redirectUris: [`http://localhost:${port}/api/v1/auth/callback`] }))
  upstream.settings.orcidStyle = true
  const clients = join(folder.path, 'clients.json')
  const client = { client_id: 'long-name', client_name: longName, scope: 'profile conventions:write' }
  await writeFile(clients, JSON.stringify([{ ...client, grant_types: [deviceGrant, 'refresh_token'] }]))
  const node = started.use(
    await startNode({
      PORT: String(port),
      DATABASE_URL: await createSharedDatabase({ migrated: true }),
      OSA_DATA_DIR: join(folder.path, 'data'),
      OSA_TRUSTED_PROXIES: '127.0.0.0/8,::1/128',
      OSA_CLIENTS_FILE: clients,
      OSA_ADMINS: `${upstream.issuer}#${carberry}`,
      ...settings,
      OSA_ORCID_ISSUER: upstream.issuer,
      OSA_ORCID_CLIENT_ID: upstream.clientId,
      OSA_ORCID_CLIENT_SECRET: upstream.clientSecret,
    }),
  )
  const running = started.move()
  /** Starts a sign-in as described by `asking`, and opens its confirm page in a browser with the options `look`. */
  const arrive = async (chromium: Chromium, asking: Asking, look: BrowserContextOptions) => {
    upstream.settings.person = { subject: asking.orcid ?? carberry, name: asking.person }
    const answer = await fetch(`${node.url}/oauth/device_authorization`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: asking.clientId, device_name: asking.deviceName }),
      headers: { 'user-agent': Buffer.from(asking.userAgent).toString('latin1'), 'x-forwarded-for': asking.address },
    })
    const { user_code, device_code } = (await answer.json()) as { user_code: string; device_code: string }
    const context = await chromium.newContext({ ...look, extraHTTPHeaders: { 'x-forwarded-for': '203.0.113.5' } })
    const page = await context.newPage()
    await page.goto(`${node.url}/device${asking.byLink ? `?user_code=${user_code}` : ''}`)
    if (!asking.byLink) await page.getByLabel('Code', { exact: true }).fill(user_code)
    await page.getByRole('button', { name: 'Continue with ORCID' }).press('Enter')
    await page.getByRole('button', { name: 'Sign in and allow' }).click()
    await page.waitForURL('**/device/confirm**')
    return { page, userCode: user_code, deviceCode: device_code }
  }
  /** Does the same and approves, until the terminal is signed in. Returns the page of the browser that approved. */
  const signIn = async (chromium: Chromium, asking: Asking, look: BrowserContextOptions = {}) => {
    const { page, deviceCode } = await arrive(chromium, asking, look)
    if (await page.getByRole('checkbox').count()) await page.getByRole('checkbox').check()
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.getByText('go back to your terminal').waitFor()
    const answer = await fetch(`${node.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: asking.clientId, device_code: deviceCode, grant_type: deviceGrant }),
      headers: { 'x-forwarded-for': asking.address },
    })
    if (!answer.ok) throw new Error(`the terminal was not signed in: ${await answer.text()}`)
    return { page }
  }
  /** Opens a browser in which the administrator has signed in to the admin page. */
  const administer = async (chromium: Chromium, look: BrowserContextOptions = {}) => {
    upstream.settings.person = { subject: carberry, name: everyday.person }
    const context = await chromium.newContext({ ...look, extraHTTPHeaders: { 'x-forwarded-for': '203.0.113.5' } })
    const page = await context.newPage()
    await page.goto(`${node.url}/admin`)
    await page.getByRole('button', { name: 'Sign in with ORCID' }).press('Enter')
    await page.getByRole('button', { name: 'Sign in and allow' }).click()
    await page.waitForURL('**/admin')
    return page
  }
  return { url: node.url, arrive, signIn, administer, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** Runs `use` with such a node and a Chromium, and stops both. */
export async function inChromium(
  use: (pages: Awaited<ReturnType<typeof startPagesNode>>, chromium: Chromium) => Promise<void>,
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  await using pages = await startPagesNode(settings)
  await using chromium = await sharedChromium()
  await use(pages, chromium)
}
