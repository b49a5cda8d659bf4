/** An `Auth` on the memory store, with a manual clock, a test identity provider, and helpers that sign in like a person in a browser. */
import { type DeviceAuthorizationResponse, deviceCodeGrantType } from '@osa/contract'
import type { SignedIn } from '../auth/browser-operations.ts'
import { builtInClients, type Client } from '../auth/client.ts'
import { createAuth } from '../auth/create-auth.ts'
import type { AuthDependencies } from '../auth/dependencies.ts'
import { deriveKeys } from '../auth/keys.ts'
import { defaultBudgets, defaultPolicy } from '../auth/policy.ts'
import type { Requester } from '../auth/ports.ts'
import { isRefusal } from '../auth/refusal.ts'
import type { CookieSecret } from '../auth/secret.ts'
import { manualClock } from './manual-clock.ts'
import { memoryLimiter } from './memory-limiter.ts'
import { memoryAuthStore } from './memory-store.ts'
import { seededRandom } from './seeded-random.ts'
import { callbackFor, testProvider } from './test-provider.ts'

export const testRequester: Requester = {
  ip: '192.0.2.7',
  source: '192.0.2.7',
  userAgent: 'test/1',
  requestId: 'request-1',
}

/** Returns the test requester at another address. */
export const requesterAt = (ip: string): Requester => ({ ...testRequester, ip, source: ip })

/** Returns the outcome if it is not a refusal; throws the refusal's description otherwise. */
export function tokensOf<T extends object>(outcome: T) {
  if (isRefusal(outcome)) throw new Error(outcome.error_description)
  return outcome as Exclude<T, { error: string }>
}

/** Clients in addition to the built-in ones: one without the device grant, one without the refresh grant, one with both. */
const registeredClients: readonly Client[] = [
  { clientId: 'no-device', clientName: 'No device', grantTypes: ['refresh_token'], scope: ['profile'] },
  { ...builtInClients[0], clientId: 'no-refresh', clientName: 'No refresh', grantTypes: [deviceCodeGrantType] },
  { ...builtInClients[0], clientId: 'other-tool', clientName: 'Other tool' },
]

/** Returns an `Auth` in which everything except time, randomness, storage and the provider is real. `overrides` replace single dependencies. */
export function testAuth(overrides: Partial<AuthDependencies> = {}) {
  const clock = manualClock()
  const store = memoryAuthStore()
  const random = seededRandom(1)
  const deps: AuthDependencies = {
    store,
    limiter: memoryLimiter(defaultBudgets, clock.now),
    keys: deriveKeys(Buffer.alloc(32, 7), random),
    policy: { ...defaultPolicy, publicUrl: 'https://archive.example' },
    clients: new Map([...builtInClients, ...registeredClients].map((client) => [client.clientId, client])),
    identityProviders: [testProvider(clock.now)],
    roleGrants: () => null,
    now: clock.now,
    startTimer: clock.startTimer,
    random,
    ...overrides,
  }
  const auth = createAuth(deps)
  const [cli] = builtInClients

  /** Starts a device authorization. Throws if it is refused. */
  const start = async (
    options: { client?: Client | undefined; scope?: string; requester?: Requester | undefined } = {},
  ): Promise<DeviceAuthorizationResponse> => {
    const { client = cli, requester = testRequester, scope } = options
    const started = await auth.startDeviceAuthorization({ client, scope, deviceName: 'laptop', requester })
    if (isRefusal(started)) throw new Error(started.error_description)
    return started
  }
  const poll = (deviceCode: string, client: Client = cli, requester = testRequester) =>
    auth.exchangeDeviceCode({ clients: [client], deviceCode, requester })

  /** Enters a code and starts a sign-in in `browser`. Returns the address at the provider. */
  const beginSignIn = async (
    userCode: string,
    {
      browser,
      userId = null,
      codeTyped = true,
      requester = testRequester,
    }: { browser: CookieSecret; userId?: string | null; codeTyped?: boolean; requester?: Requester },
  ): Promise<URL> => {
    const entered = await auth.enterUserCode({ userCode, requester, userId })
    if (entered.outcome !== 'found') throw new Error(`the code is ${entered.outcome}`)
    const device = entered.ticket
    const about = { providerId: 'orcid', browser, device, codeTyped, switchAccount: false, requester }
    const begun = await auth.beginSignIn(about)
    if ('refused' in begun) throw new Error(begun.detail)
    return begun.authorizationUrl
  }
  /** Enters a code and signs in as `subject`, up to the confirm page. Returns the outcome of the callback. */
  const signIn = async (
    userCode: string,
    subject: string,
    {
      browser = auth.newBrowserSecret(),
      session = null,
      codeTyped = true,
    }: { browser?: CookieSecret; session?: CookieSecret | null; codeTyped?: boolean } = {},
  ) => {
    const userId = (await auth.browserSession(session))?.user.id ?? null
    const parameters = callbackFor(await beginSignIn(userCode, { browser, userId, codeTyped }), { subject })
    return auth.finishSignIn({ parameters, browser, session, proofOf: () => browser, requester: testRequester })
  }
  /** Like `signIn`, but throws if it is refused. */
  const arrive = async (userCode: string, subject: string): Promise<SignedIn & { deviceAuthorizationId: string }> => {
    const signedIn = await signIn(userCode, subject)
    if ('refused' in signedIn) throw new Error(signedIn.detail)
    const { deviceAuthorizationId } = signedIn
    if (deviceAuthorizationId === null) throw new Error('no device was claimed')
    return { ...signedIn, deviceAuthorizationId }
  }
  /** Does everything that a person does in the browser, including the decision. */
  const decide = async (userCode: string, decision: 'approve' | 'deny' = 'approve', subject = 'carberry') => {
    const { browser, deviceAuthorizationId } = await arrive(userCode, subject)
    return auth.decideDevice({ browser, deviceAuthorizationId, decision, requester: testRequester })
  }
  /** Does a whole sign-in. Returns the token document. */
  const logIn = async (subject = 'carberry', client: Client = cli) => {
    const started = await start({ client })
    await decide(started.user_code, 'approve', subject)
    const tokens = await poll(started.device_code, client)
    if (isRefusal(tokens)) throw new Error(tokens.error_description)
    return tokens
  }
  const refresh = (
    refreshToken: string,
    options: { client?: Client | undefined; scope?: string; attempt?: string; requester?: Requester | undefined } = {},
  ) => {
    const { client = cli, scope, attempt, requester = testRequester } = options
    return auth.exchangeRefreshToken({ clients: [client], refreshToken, attempt, scope, requester })
  }
  const client = (clientId: string): Client => {
    const found = deps.clients.get(clientId)
    if (!found) throw new Error(`no client ${clientId}`)
    return found
  }
  return { auth, deps, clock, store, start, poll, beginSignIn, signIn, arrive, decide, logIn, refresh, client }
}
