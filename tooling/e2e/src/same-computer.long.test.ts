/** `osa login` on the computer of the browser and elsewhere: the same-computer proof, and approvals without it. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { approve } from './approve.ts'
import { barriers } from './barriers.ts'
import { keepScreenshot, openChromium, sharedChromium } from './chromium.ts'
import { startNode } from './node-process.ts'
import { openBesideTerminal, openedAddresses } from './opened-addresses.ts'
import { proxyOfOnly } from './swallowing-proxy.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { openTerminal } from './terminal.ts'

const openedAddress = /\/device\/same-computer\?flow=[0-9a-f-]{36}$/
/** The command should end within a second of Approve; more than ten seconds indicate a defect rather than a slow machine. */
const doneWithinMs = 10_000

async function world(settings: Record<string, string> = {}) {
  await using started = new AsyncDisposableStack()
  const folder = started.use(await temporaryFolder())
  const node = started.use(await startNode({ OSA_DATA_DIR: join(folder.path, 'data'), ...settings }))
  const opened = started.use(await openedAddresses(folder.path))
  const running = started.move()
  /** Runs `osa login` with its own home folder. */
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

/** Clicks from the page with the filled-in code to the confirm page. */
async function clickToConfirm(page: Page, person: RegExp): Promise<void> {
  await page.getByRole('button', { name: /continue/i }).click()
  await page.getByRole('button', { name: person }).click()
  await page.waitForURL('**/device/confirm**')
}

test.each([
  { javaScriptEnabled: true, policy: 'never' },
  { javaScriptEnabled: false, policy: 'typed' },
] as const)(
  'on the computer of the browser (scripts: $javaScriptEnabled, policy: $policy) nothing is typed, and the command ends after Approve',
  async ({ javaScriptEnabled, policy }) => {
    await using it = await world({ OSA_REMOTE_APPROVAL: policy })
    await using chromium = await sharedChromium()
    const terminal = await it.login('home')
    const address = await it.opened.next()
    expect(address).toMatch(openedAddress)
    const page = await (await chromium.newContext({ javaScriptEnabled })).newPage()
    await openBesideTerminal(page, address)
    await clickToConfirm(page, /Carberry/)
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
    expect(it.opened.all, 'no second address was opened').toEqual([address])
    expect(it.node.output()).not.toMatch(/nonce|state=|[?&]user_code/)
    const sessions = it.osa('home', ['sessions'])
    await sessions.until(/APPROVED[\s\S]*same computer/)
  },
)

test('two simultaneous logins on one computer, in two tabs of one browser, do not interfere', async () => {
  await using it = await world({ OSA_REMOTE_APPROVAL: 'never' })
  await using chromium = await sharedChromium()
  const terminals = [await it.login('one'), await it.login('two')]
  const addresses = [await it.opened.next(), await it.opened.next()]
  const context = await chromium.newContext()
  const pages = [await context.newPage(), await context.newPage()]
  await Promise.all(pages.map((page, index) => openBesideTerminal(page, addresses[index] ?? '')))
  for (const page of pages) await clickToConfirm(page, /Carberry/)
  for (const page of pages) {
    expect(await page.getByText('this computer').first().isVisible()).toBe(true)
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.getByText('go back to your terminal').waitFor()
  }
  for (const terminal of terminals) expect(await terminal.exitCode).toBe(0)
})

test('once one browser has the proof, a second browser on the computer has to type the code', async () => {
  await using it = await world()
  await using chromium = await sharedChromium()
  const terminal = await it.login('home')
  const address = await it.opened.next()
  const first = await (await chromium.newContext()).newPage()
  await openBesideTerminal(first, address)
  const second = await (await chromium.newContext()).newPage()
  await second.goto(first.url())
  await clickToConfirm(second, /Carberry/)
  await keepScreenshot(second, 'typed-code')
  expect(await barriers(second)).toEqual([])
  await second.getByRole('button', { name: 'Approve' }).click()
  expect(second.url(), 'the browser refuses to submit an empty field').toContain('/device/confirm')
  const [code = ''] = await terminal.until(/[A-Z]{4}-[A-Z]{4}/)
  await second.getByRole('textbox').fill(code.toLowerCase())
  await second.keyboard.press('Enter')
  await second.getByText('You approved this terminal').waitFor()
  expect(await terminal.exitCode).toBe(0)
  await it.osa('home', ['status']).until(/APPROVED[\s\S]*code typed/)
})

test('Chromium follows a public site to the listener without asking the person', async () => {
  await using it = await world({ OSA_REMOTE_APPROVAL: 'never' })
  // the node's address is treated as public, so that going to 127.0.0.1 enters a more private network
  const chromium = await openChromium(`--ip-address-space-overrides=127.0.0.1:${new URL(it.node.url).port}=public`)
  try {
    const terminal = await it.login('home')
    const page = await (await chromium.newContext()).newPage()
    await openBesideTerminal(page, await it.opened.next())
    await clickToConfirm(page, /Carberry/)
    await page.getByRole('button', { name: 'Approve' }).click()
    expect(await terminal.exitCode).toBe(0)
  } finally {
    await chromium.close()
  }
})

test('if a proxy swallows requests to 127.0.0.1, the code can be typed without waiting', async () => {
  await using it = await world()
  await using proxy = await proxyOfOnly(it.node.url)
  await using chromium = await sharedChromium()
  const terminal = await it.login('home')
  const [code = ''] = await terminal.until(/[A-Z]{4}-[A-Z]{4}/)
  const page = await (await chromium.newContext({ proxy: { server: proxy.url } })).newPage()
  const openedAtMs = performance.now()
  await page.goto(await it.opened.next(), { waitUntil: 'commit' })
  await proxy.swallowed
  // only by keyboard: while the browser waits for a site, DevTools blocks calls that query the page
  await page.keyboard.type(code)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/development/sign-in**', { waitUntil: 'commit' })
  const tookMs = Math.round(performance.now() - openedAtMs)
  console.info(`the code was typed and sent ${tookMs} ms after the address was opened`)
  await page.getByRole('button', { name: /Carberry/ }).click()
  await page.getByRole('button', { name: 'Approve' }).click()
  expect(await terminal.exitCode).toBe(0)
  await it.osa('home', ['status']).until(/APPROVED[\s\S]*code typed/)
})

/** Makes listening fail as it does if no port is free. */
const noPortIsFree = `data:text/javascript,${encodeURIComponent(`
  import { Server } from 'node:net'
  Server.prototype.listen = function () {
    process.nextTick(() => this.emit('error', Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' })))
    return this
  }`)}`

test.each([
  { where: 'over SSH', env: { SSH_CONNECTION: '192.0.2.7 1 192.0.2.8 22' }, opens: false },
  { where: 'in a container', env: { container: 'podman' }, opens: true },
  { where: 'under WSL', env: { WSL_DISTRO_NAME: 'Debian' }, opens: true },
  { where: 'in a remote editor', env: { CODESPACES: 'true' }, opens: true },
  { where: 'with browsers turned off', env: { OSA_BROWSER: 'none' }, opens: false },
  { where: 'with a browser that cannot be started', env: { OSA_BROWSER: '/bin/false' }, opens: false },
  { where: 'approved on another computer', env: { OSA_BROWSER: '/bin/true' }, opens: false },
  { where: 'with every port taken', env: { NODE_OPTIONS: `--import=${noPortIsFree}` }, opens: true },
])(
  '$where a login works without the proof, without further questions or an unreachable address',
  async ({ env, opens }) => {
    await using it = await world()
    const terminal = await it.login('home', { OSA_BROWSER: '', BROWSER: it.opened.program, ...env })
    const [code = ''] = await terminal.until(/[A-Z]{4}-[A-Z]{4}/)
    if (opens) expect(await it.opened.next()).toBe(`${it.node.url}/device?user_code=${code}`)
    expect(terminal.screen()).not.toContain('127.0.0.1:')
    await approve(it.node.url, code)
    expect(await terminal.exitCode).toBe(0)
    expect(it.opened.all).toHaveLength(opens ? 1 : 0)
  },
)

test('if the proof is required, a terminal without a browser says at once what to do', async () => {
  await using it = await world({ OSA_REMOTE_APPROVAL: 'never' })
  const terminal = await it.login('home', { OSA_BROWSER: 'none' })
  await terminal.until(/accepts a terminal only from a browser on the same computer/)
  await terminal.until(/Run osa login in a terminal on the computer that your browser is on/)
  expect(await terminal.exitCode).toBe(6)
})
