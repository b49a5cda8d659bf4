/** The two sides of consent phishing (RFC 8628 §5.4): a phisher who starts sign-ins and sends links, and victims who click everything. */
import { createHash, randomBytes } from 'node:crypto'
import { request } from 'node:http'
import type { Page } from 'playwright-core'
import type { Chromium } from './chromium.ts'

/** The port that a phisher's terminals claim to listen on. On the victims' computers, nothing listens there. */
const deadPort = 1_025

/** Sends from a given address, since the budgets of a single address would stop the attack before the pages do. */
const postFrom = (localAddress: string, url: string, fields: Record<string, string>): Promise<Record<string, string>> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const sent = request(url, { method: 'POST', localAddress, family: 4, headers }, async (answer) => {
      let text = ''
      for await (const chunk of answer) text += chunk
      resolve(JSON.parse(text))
    })
    sent.once('error', reject).end(new URLSearchParams(fields).toString())
  })

export interface Phisher {
  /** The links for a victim, one of each kind. The first is the plain one, which contains the code. */
  readonly links: readonly string[]
  /** Polls once. Returns whether the terminal got tokens. */
  poll(): Promise<boolean>
}

/** Starts a sign-in like `osa`, as a phisher on another computer, who knows everything that a terminal knows. */
export async function startElsewhere(nodeUrl: string, address: string): Promise<Phisher> {
  const nonce = randomBytes(32).toString('base64url')
  const loopback_challenge = createHash('sha256').update(nonce).digest('base64url')
  const fields = { client_id: 'osa-cli', loopback_challenge, loopback_port: String(deadPort) }
  const document = await postFrom(address, `${nodeUrl}/oauth/device_authorization`, fields)
  const { device_code = '', user_code = '', verification_uri_complete = '', same_computer_uri = '' } = document
  // the state that the node creates for the phisher's own browser
  const answer = await fetch(same_computer_uri)
  const state = new URL(answer.headers.get('refresh')?.split('url=')[1] ?? '').searchParams.get('state') ?? ''
  const withQuery = (added: Record<string, string>): string => {
    const link = new URL(same_computer_uri)
    for (const [name, value] of Object.entries(added)) link.searchParams.set(name, value)
    return link.href
  }
  return {
    links: [
      verification_uri_complete,
      same_computer_uri,
      withQuery({ user_code, state, nonce }),
      withQuery({ user_code, state: '', nonce }),
      `${nodeUrl}/api/v1/auth/device/verify?code=${user_code}`,
    ],
    async poll() {
      const body = { client_id: 'osa-cli', device_code, grant_type: 'urn:ietf:params:oauth:grant-type:device_code' }
      const polled = await fetch(`${nodeUrl}/oauth/token`, { method: 'POST', body: new URLSearchParams(body) })
      return 'access_token' in ((await polled.json()) as object)
    },
  }
}

const decisionPath = '/device/confirm'

/**
 * Acts as a victim who ticks every box and clicks everything except Deny, but types nothing, since they have no terminal to read a code from.
 * The browser's form validation is disabled. Opens the links until one leads to the decision page. Returns the paths of the pages seen.
 */
export async function clickEverything(chromium: Chromium, links: readonly string[]): Promise<ReadonlySet<string>> {
  const context = await chromium.newContext()
  const seen = new Set<string>()
  for (const link of links) {
    if (seen.has(decisionPath)) break
    const page = await context.newPage()
    const answer = await page.goto(link).catch(unlessRefused)
    if (answer?.headers().refresh) await page.waitForURL('chrome-error://**').catch(unlessRefused)
    else if (answer) await clickAlong(page, seen)
  }
  await context.close()
  return seen
}

/** Ignores a refused connection: the link leads nowhere, but the attack continues. */
function unlessRefused(error: Error): void {
  if (!error.message.includes('ERR_CONNECTION_REFUSED')) throw error
}

async function clickAlong(page: Page, seen: Set<string>): Promise<void> {
  const clicked = new Set<string>()
  for (;;) {
    const { path, place } = await nextButton(page, [...clicked])
    seen.add(path)
    if (place === null) return
    clicked.add(place.id)
    const { x, y } = place
    const moved = page.waitForNavigation({ waitUntil: 'domcontentloaded' })
    await Promise.all([moved, page.mouse.click(x, y)])
  }
}

/**
 * Ticks every box, disables form validation, and returns the position of the next button that was not clicked yet. Skips buttons covered by
 * another element, which a person could not click either.
 */
const nextButton = (page: Page, clicked: readonly string[]) =>
  page.evaluate((clicked) => {
    const { pathname: path } = location
    for (const form of document.forms) form.noValidate = true
    for (const box of document.querySelectorAll<HTMLInputElement>('input[type=checkbox]')) box.checked = true
    if (path.startsWith('/account') || path === '/device/complete') return { path, place: null }
    for (const button of document.querySelectorAll('button')) {
      const name = button.innerText.trim()
      const id = `${path} ${name}`
      if (name === 'Deny' || clicked.includes(id)) continue
      button.scrollIntoView({ block: 'center' })
      const { left, top, width, height } = button.getBoundingClientRect()
      const [x, y] = [left + width / 2, top + height / 2]
      if (button.contains(document.elementFromPoint(x, y))) return { path, place: { id, x, y } }
    }
    return { path, place: null }
  }, clicked)
