/** `osa login` beside the browser, and everywhere else: what a terminal proves, and what it is let in with when it proves nothing. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { approve } from './approve.ts'
import { barriers } from './barriers.ts'
import { keepScreenshot, openChromium } from './chromium.ts'
import { startNode } from './node-process.ts'
import { openedAddresses } from './opened-addresses.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { openTerminal } from './terminal.ts'

const listenerAddress = /^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}$/
/** A second between Approve and the end of the command is the aim; ten show a fault and not a slow machine. */
const doneWithinMs = 10_000

async function world(settings: Record<string, string> = {}) {
  await using started = new AsyncDisposableStack()
  const folder = started.use(await temporaryFolder())
  const node = started.use(await startNode({ OSA_DATA_DIR: join(folder.path, 'data'), ...settings }))
  const opened = started.use(await openedAddresses(folder.path))
  const running = started.move()
  /** `osa login` of a person with a home of their own. */
  const login = async (
    home: string,
    env: Readonly<Record<string, string | undefined>> = { OSA_BROWSER: opened.program },
  ) => {
    const cwd = join(folder.path, home)
    await mkdir(cwd)
    return openTerminal(['login', node.url, '--no-link'], { home: cwd, cwd, env: JSON.parse(JSON.stringify(env)) })
  }
  const osa = (home: string, args: string[]) =>
    openTerminal(args, { home: join(folder.path, home), cwd: join(folder.path, home) })
  return { node, opened, login, osa, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** From the address that was opened to the page on which a person decides, with clicks alone. */
async function clickToConfirm(page: Page, address: string, person: RegExp): Promise<void> {
  await page.goto(address)
  await page.getByRole('button', { name: /continue/i }).click()
  await page.getByRole('button', { name: person }).click()
  await page.waitForURL('**/device/confirm**')
}

test.each([
  { javaScriptEnabled: true, policy: 'never' },
  { javaScriptEnabled: false, policy: 'typed' },
] as const)(
  'beside the browser (scripts: $javaScriptEnabled, policy: $policy) nothing is typed, and the command ends with the click',
  async ({ javaScriptEnabled, policy }) => {
    await using it = await world({ OSA_REMOTE_APPROVAL: policy })
    const chromium = await openChromium()
    try {
      const terminal = await it.login('home')
      const address = await it.opened.next()
      expect(address).toMatch(listenerAddress)
      const page = await (await chromium.newContext({ javaScriptEnabled })).newPage()
      await clickToConfirm(page, address, /Carberry/)
      await keepScreenshot(page, `same-computer-${policy}`)
      expect(await page.getByText('this computer').first().isVisible()).toBe(true)
      expect(await page.getByRole('textbox').count()).toBe(0)
      if (javaScriptEnabled) expect(await barriers(page)).toEqual([])
      const clickedAtMs = performance.now()
      await page.getByRole('button', { name: 'Approve' }).click()
      expect(await terminal.exitCode).toBe(0)
      const tookMs = performance.now() - clickedAtMs
      console.info(`the command ended ${Math.round(tookMs)} ms after Approve`)
      expect(tookMs).toBeLessThan(doneWithinMs)
      expect(terminal.screen()).toContain('Logged in to')
      expect(it.opened.all, 'and no second address was opened').toEqual([address])
      expect(it.node.output()).not.toMatch(/nonce|state=|[?&]user_code/)
      const sessions = it.osa('home', ['sessions'])
      await sessions.until(/APPROVED[\s\S]*same computer/)
    } finally {
      await chromium.close()
    }
  },
)

test('two logins at once on one computer end each as its own, in two tabs of one browser', async () => {
  await using it = await world({ OSA_REMOTE_APPROVAL: 'never' })
  const chromium = await openChromium()
  try {
    const terminals = [await it.login('one'), await it.login('two')]
    const addresses = [await it.opened.next(), await it.opened.next()]
    expect(new Set(addresses.map((address) => new URL(address).port)).size).toBe(2)
    const context = await chromium.newContext()
    const pages = [await context.newPage(), await context.newPage()]
    await Promise.all(pages.map((page, index) => page.goto(addresses[index] ?? '')))
    for (const page of pages) await clickToConfirm(page, page.url(), /Carberry/)
    for (const page of pages) {
      expect(await page.getByText('this computer').first().isVisible()).toBe(true)
      await page.getByRole('button', { name: 'Approve' }).click()
      await page.getByText('go back to your terminal').waitFor()
    }
    for (const terminal of terminals) expect(await terminal.exitCode).toBe(0)
  } finally {
    await chromium.close()
  }
})

test('a second browser on the computer proves nothing once the first has, and types the code', async () => {
  await using it = await world()
  const chromium = await openChromium()
  try {
    const terminal = await it.login('home')
    const address = await it.opened.next()
    const first = await (await chromium.newContext()).newPage()
    await first.goto(address)
    const second = await (await chromium.newContext()).newPage()
    await clickToConfirm(second, first.url(), /Carberry/)
    await keepScreenshot(second, 'typed-code')
    expect(await barriers(second)).toEqual([])
    await second.getByRole('button', { name: 'Approve' }).click()
    expect(second.url(), 'an empty field holds the browser back').toContain('/device/confirm')
    const [code = ''] = await terminal.until(/[A-Z]{4}-[A-Z]{4}/)
    await second.getByRole('textbox').fill(code.toLowerCase())
    await second.keyboard.press('Enter')
    await second.getByText('You approved this terminal').waitFor()
    expect(await terminal.exitCode).toBe(0)
    await it.osa('home', ['status']).until(/APPROVED[\s\S]*code typed/)
  } finally {
    await chromium.close()
  }
})

const atOnce = 4

/** One that nobody has: what the terminals of a phisher say they listen on, as seen from their victims' computers. */
const deadPort = 1_025

/** From an address of its own, for the budgets of one address would end the attack before the pages do. */
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

/** A phisher on another computer: starts sign-ins as `osa` does, and knows all that a terminal knows. */
async function startElsewhere(nodeUrl: string, address: string) {
  const nonce = randomBytes(32).toString('base64url')
  const loopback_challenge = createHash('sha256').update(nonce).digest('base64url')
  const fields = { client_id: 'osa-cli', loopback_challenge, loopback_port: String(deadPort) }
  const document = await postFrom(address, `${nodeUrl}/oauth/device_authorization`, fields)
  const { device_code = '', verification_uri_complete = '', same_computer_uri = '' } = document
  // the state that the node makes for the phisher's own browser
  const answer = await fetch(same_computer_uri, { redirect: 'manual' })
  const state = new URL(answer.headers.get('location') ?? '').searchParams.get('state') ?? ''
  const forged = new URL(same_computer_uri)
  for (const [name, value] of Object.entries({ state, nonce })) forged.searchParams.set(name, value)
  const stateless = new URL(forged)
  stateless.searchParams.set('state', '')
  return {
    links: [verification_uri_complete, same_computer_uri, forged.href, stateless.href],
    poll: async (): Promise<boolean> => {
      const body = { client_id: 'osa-cli', device_code, grant_type: 'urn:ietf:params:oauth:grant-type:device_code' }
      const polled = await fetch(`${nodeUrl}/oauth/token`, { method: 'POST', body: new URLSearchParams(body) })
      return 'access_token' in ((await polled.json()) as object)
    },
  }
}

/** Somebody who ticks every box and clicks everything on every page but Deny, and whom no browser keeps from it. Answers the pages they saw. */
async function clickEverything(chromium: Browser, links: readonly string[]): Promise<Set<string>> {
  const context = await chromium.newContext()
  const seen = new Set<string>()
  for (const link of links) {
    const page = await context.newPage()
    // a port where nobody listens: the end of this link, and not of the attack
    if (await page.goto(link).catch(() => null)) await clickAlong(page, seen)
  }
  await context.close()
  return seen
}

async function clickAlong(page: Page, seen: Set<string>): Promise<void> {
  const clicked = new Set<string>()
  for (;;) {
    const path = new URL(page.url()).pathname
    seen.add(path)
    await page.evaluate(() => {
      for (const form of document.forms) form.noValidate = true
    })
    for (const box of await page.getByRole('checkbox').all()) await box.check()
    if (path.startsWith('/account') || path === '/device/complete') return
    const names = await page.getByRole('button').allInnerTexts()
    const isFresh = (name: string) => !/Deny|Switch account/.test(name) && !clicked.has(`${path} ${name}`)
    const name = names.map((text) => text.trim()).find(isFresh)
    if (name === undefined) return
    clicked.add(`${path} ${name}`)
    await Promise.all([page.waitForNavigation(), page.getByRole('button', { name, exact: true }).click()])
  }
}

/** One for each kind of link; `OSA_TEST_VICTIMS` asks for more. */
const victims = Number(process.env.OSA_TEST_VICTIMS ?? 4)

test.each([
  { policy: 'allow', victims: 1, tokens: 1 },
  { policy: 'typed', victims, tokens: 0 },
  { policy: 'never', victims, tokens: 0 },
])(
  'RFC 8628 §5.4 under $policy, of $victims victims who click everything on every page, $tokens let a stranger in',
  async ({ policy, victims, tokens }) => {
    await using it = await world({ OSA_REMOTE_APPROVAL: policy })
    const chromium = await openChromium()
    try {
      let collected = 0
      let decisions = 0
      const attack = async (first: number): Promise<void> => {
        for (let victim = first; victim < victims; victim += atOnce) {
          const phisher = await startElsewhere(it.node.url, `127.0.0.${2 + victim}`)
          // each gets one of the links, and the plain one when that leads nowhere
          const links = [phisher.links[victim % 4] ?? '', phisher.links[0] ?? '']
          const seen = await clickEverything(chromium, links)
          if (seen.has('/device/confirm')) decisions++
          else console.info(victim, [...seen])
          if (await phisher.poll()) collected++
        }
      }
      await Promise.all(Array.from({ length: atOnce }, (_, first) => attack(first)))
      expect(decisions, 'each got as far as the decision').toBe(victims)
      expect(collected).toBe(tokens)
      console.info(`${policy}: ${victims} victims, ${collected} tokens`)
    } finally {
      await chromium.close()
    }
  },
)

test.each([
  { where: 'over SSH', env: { SSH_CONNECTION: '192.0.2.7 1 192.0.2.8 22' }, opens: false },
  { where: 'in a container', env: { container: 'podman' }, opens: true },
  { where: 'under WSL', env: { WSL_DISTRO_NAME: 'Debian' }, opens: true },
  { where: 'in a remote editor', env: { CODESPACES: 'true' }, opens: true },
  { where: 'with browsers turned off', env: { OSA_BROWSER: 'none' }, opens: false },
  { where: 'with a browser that cannot be started', env: { OSA_BROWSER: '/bin/false' }, opens: false },
  { where: 'approved on another computer', env: { OSA_BROWSER: '/bin/true' }, opens: false },
])('$where a login is as it was: no more questions, no address that nobody answers', async ({ env, opens }) => {
  await using it = await world()
  const terminal = await it.login('home', { OSA_BROWSER: '', BROWSER: it.opened.program, ...env })
  const [code = ''] = await terminal.until(/[A-Z]{4}-[A-Z]{4}/)
  if (opens) expect(await it.opened.next()).toBe(`${it.node.url}/device?user_code=${code}`)
  expect(terminal.screen()).not.toContain('127.0.0.1:')
  await approve(it.node.url, code)
  expect(await terminal.exitCode).toBe(0)
  expect(it.opened.all).toHaveLength(opens ? 1 : 0)
})

test('where only the same computer counts, a terminal without a browser hears at once what to do', async () => {
  await using it = await world({ OSA_REMOTE_APPROVAL: 'never' })
  const terminal = await it.login('home', { OSA_BROWSER: 'none' })
  await terminal.until(/lets a terminal in only from a browser on the same computer/)
  await terminal.until(/Run osa login in a terminal on the computer that your browser is on/)
  expect(await terminal.exitCode).toBe(6)
})
