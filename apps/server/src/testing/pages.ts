/** A node with identity providers, and browsers and terminals that use it, for tests of the pages. */
import { createHash, randomBytes } from 'node:crypto'
import { type AuthDependencies, defaultBudgets, deriveKeys } from '@osa/core'
import { manualClock, memoryLimiter } from '@osa/core/testing'
import { developmentSignInPath } from '../identity/development.ts'
import { developmentPeople } from '../identity/development-people.ts'
import { createIdentityProviders, type IdentitySettings } from '../identity/providers.ts'
import { testBrowser } from './browser.ts'
import { startTestNode, type TestNodeOptions } from './test-node.ts'
import { startUpstream, type Upstream } from './upstream.ts'
import type { Lies } from './upstream-lies.ts'

export interface PagesOptions {
  readonly publicUrl?: string
  readonly identity?: Partial<IdentitySettings>
  readonly policy?: TestNodeOptions['policy']
  readonly auth?: Partial<AuthDependencies>
  readonly app?: TestNodeOptions['app']
}

/** Paths of pages that can be requested with or without a session. */
export const pagePaths = [
  ...['/', '/device', '/device/confirm', '/device/complete', '/device/error', '/account/sessions'],
  ...['/admin', '/admin/sessions', '/admin/people', '/admin/audit'],
]

/** The default address of browsers and terminals, which are therefore in the same network. */
export const nearbyAddress = '203.0.113.5'

/** Starts a node with real identity providers: the development sign-in by default, or those of `identity`. The clock only moves when a test advances it. */
export async function startPages({ publicUrl = 'https://archive.example', identity, ...options }: PagesOptions = {}) {
  const clock = manualClock(new Date())
  const { providers, development, startDiscovery } = createIdentityProviders({
    identity: { development: identity === undefined, ...identity },
    publicUrl: new URL(publicUrl),
    keys: deriveKeys(Buffer.alloc(32, 9), randomBytes),
    now: clock.now,
  })
  const node = await startTestNode({
    publicUrl,
    policy: options.policy ?? {},
    app: { development, ...options.app },
    auth: {
      identityProviders: providers,
      now: clock.now,
      limiter: memoryLimiter(defaultBudgets, clock.now),
      random: randomBytes,
      ...options.auth,
    },
  })
  const discovery = startDiscovery((provider, err) => node.log.warn({ provider, err }, 'not found'))
  await discovery.attempted
  const listeners: Listeners = new Map()
  return {
    ...node,
    async [Symbol.asyncDispose]() {
      await discovery.stop()
      await node[Symbol.asyncDispose]()
    },
    clock,
    callbackUrl: `${publicUrl}/api/v1/auth/callback`,
    /** Opens a browser at `address`. It reaches the node in this process, and everything else over the network. */
    browse: ({ address = nearbyAddress, userAgent }: { address?: string; userAgent?: string } = {}) =>
      testBrowser({
        ...(userAgent === undefined ? {} : { userAgent }),
        fetch: (url, init) => {
          const { origin, pathname, search } = new URL(url)
          const listener = listeners.get(`${origin}${pathname}`)
          if (listener) return listener(new URL(url))
          if (origin !== publicUrl) return fetch(url, init)
          // the development sign-in answers only its own machine
          const atNode = pathname === developmentSignInPath
          const headers = new Headers(init?.headers)
          if (atNode) headers.set('host', 'localhost')
          return node.request(`${pathname}${search}`, { ...init, headers }, atNode ? '127.0.0.1' : address)
        },
      }),
    /** Starts a sign-in from a terminal at `address`. */
    startTerminal: ({
      address = nearbyAddress,
      deviceName = 'laptop',
      isListening = false,
    }: {
      address?: string
      deviceName?: string
      isListening?: boolean
    } = {}) => startTerminal(node, { address, deviceName, listeners: isListening ? listeners : null }),
  }
}

export type Pages = Awaited<ReturnType<typeof startPages>>
export type PagesBrowser = ReturnType<Pages['browse']>

/** The listeners of terminals, by address without query. All browsers and terminals of a test are on one computer. */
type Listeners = Map<string, (url: URL) => Promise<Response>>

async function startTerminal(
  node: Awaited<ReturnType<typeof startTestNode>>,
  { address: ip, deviceName, listeners }: { address: string; deviceName: string; listeners: Listeners | null },
) {
  const requester = { ip, source: ip, userAgent: 'osa/1.0.0 (linux)', requestId: null }
  const nonce = randomBytes(32).toString('base64url')
  const loopbackChallenge = createHash('sha256').update(nonce).digest('base64url')
  const loopbackPort = 40_000 + (listeners?.size ?? 0)
  const started = await node.auth.startDeviceAuthorization({
    ...{ client: node.client('osa-cli'), deviceName, requester },
    ...(listeners ? { loopbackChallenge, loopbackPort } : {}),
  })
  if ('error' in started) throw new Error(started.error_description)
  const listener = `http://127.0.0.1:${loopbackPort}/${loopbackChallenge}`
  listeners?.set(listener, async ({ searchParams }) => {
    const back = new URL(started.same_computer_uri ?? '')
    const added = { user_code: started.user_code, state: searchParams.get('state') ?? '', nonce }
    for (const [name, value] of Object.entries(added)) back.searchParams.set(name, value)
    return new Response(null, { status: 303, headers: { location: back.href } })
  })
  return {
    ...started,
    /** The address that the terminal opens in a browser on its computer, and the nonce that its listener sends there. */
    opens: started.same_computer_uri ?? started.verification_uri_complete,
    nonce,
    /** Polls once, and returns an error code or `signed in`. */
    poll: async (): Promise<string> => {
      const outcome = await node.poll(started.device_code)
      return 'error' in outcome ? outcome.error : 'signed in'
    },
  }
}

/** Settings of a node that uses `upstream` as ORCID. */
export const orcidAt = ({ issuer, clientId, clientSecret }: Upstream): Partial<IdentitySettings> => ({
  orcid: { issuer, clientId, clientSecret },
  development: false,
})

/** Settings of a node that uses `upstream` as an OpenID Connect provider other than ORCID. */
export const oidcAt = ({ issuer, clientId, clientSecret }: Upstream, name = 'Example University') => ({
  oidc: { issuer, clientId, clientSecret, name },
  development: false,
})

const [carberry] = developmentPeople
/** The text of the button for the first person of the development sign-in. */
export const carberryButton = `${carberry?.name}, ${carberry?.role}`

/** Signs a terminal in; returns the person's browser and the terminal's refresh token. */
export async function signInTerminal(pages: Pages, deviceName: string, as = carberryButton) {
  const terminal = await pages.startTerminal({ deviceName })
  const browser = pages.browse()
  await arriveAtConfirm(pages, browser, terminal.user_code, as)
  await browser.press('Approve')
  const tokens = await pages.poll(terminal.device_code)
  if ('error' in tokens) throw new Error(tokens.error_description)
  return { browser, refreshToken: tokens.refresh_token }
}

/** Enters the code and signs in at the development sign-in, up to the confirm page. */
export async function arriveAtConfirm(pages: Pages, browser: PagesBrowser, userCode: string, as = carberryButton) {
  await browser.open(`${pages.publicUrl}/device`)
  await browser.press('Continue with the development sign-in', { user_code: userCode })
  return browser.press(as)
}

/** Enters the code, signs in at the upstream provider and returns the page where that ends. */
export async function signInUpstream(pages: Pages, browser: PagesBrowser, userCode: string, name = 'ORCID') {
  await browser.open(`${pages.publicUrl}/device`)
  await browser.press(`Continue with ${name}`, { user_code: userCode })
  return browser.press('Sign in and allow')
}

/** Starts a node and the upstream provider that it uses as ORCID; both stop together. */
export async function startPagesAtUpstream({
  lies = {},
  ...options
}: Omit<PagesOptions, 'identity'> & { /** How the upstream misbehaves from the start. */ lies?: Lies } = {}) {
  const upstream = await startUpstream()
  upstream.settings.lies = lies
  const pages = await startPages({ ...options, identity: orcidAt(upstream) })
  upstream.allowRedirect(pages.callbackUrl)
  return {
    upstream,
    pages,
    async [Symbol.asyncDispose]() {
      await pages[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}
