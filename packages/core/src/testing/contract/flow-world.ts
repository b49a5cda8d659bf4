/** Several nodes over one database with a shared clock, and all actions of people, terminals and an operator on them. */
import { randomBytes } from 'node:crypto'
import type { SignedInBrowser } from '../../auth/browser-operations.ts'
import { createOperator } from '../../auth/operator.ts'
import { defaultBudgets, defaultPolicy } from '../../auth/policy.ts'
import type { Budgets } from '../../auth/ports.ts'
import { isRefusal } from '../../auth/refusal.ts'
import type { AuthStore } from '../../auth/store.ts'
import { manualClock } from '../manual-clock.ts'
import { memoryLimiter } from '../memory-limiter.ts'
import { testAuth, testRequester } from '../test-auth.ts'
import { callbackFor } from '../test-provider.ts'
import type { Decision } from './flow-model.ts'

const unlimited = Object.fromEntries(
  Object.keys(defaultBudgets).map((budget) => [budget, { points: Number.MAX_SAFE_INTEGER, windowSeconds: 600 }]),
) as unknown as Budgets
/** Without caps, since the database also has the rows of other runs. */
const uncapped = {
  ...defaultPolicy,
  publicUrl: 'https://archive.example',
  maxPendingBySource: Number.MAX_SAFE_INTEGER,
  maxPendingInAll: Number.MAX_SAFE_INTEGER,
}
let runs = 0

interface FlowDevice {
  readonly deviceCode: string
  readonly userCode: string
  claim: { browser: SignedInBrowser; deviceAuthorizationId: string } | null
  readonly refreshTokens: string[]
}

/** Returns the nodes' operations. `stores` are one database, one for each node; `node` of an operation is the number of its node. */
export function createFlowWorld(stores: readonly AuthStore[]) {
  // each run is a day later, so that the signing keys of earlier runs can be used
  const clock = manualClock(new Date(Date.UTC(2026, 0, 1) + runs++ * 86_400_000))
  const limiter = memoryLimiter(unlimited, clock.now)
  const nodes = stores.map((store) =>
    testAuth({ store, limiter, now: clock.now, random: randomBytes, policy: uncapped }),
  )
  const nodeAt = (index: number) => {
    const node = nodes[index % nodes.length]
    if (!node) throw new Error('no node')
    return node
  }
  const devices: FlowDevice[] = []
  const at = (index: number): FlowDevice => {
    const device = devices[index]
    if (!device) throw new Error('no such device')
    return device
  }
  const never = new Date(0)

  return {
    clock,
    devices,
    async start(node: number) {
      const { device_code: deviceCode, user_code: userCode } = await nodeAt(node).start()
      devices.push({ deviceCode, userCode, claim: null, refreshTokens: [] })
    },
    /** A new person enters the code and signs in, each step at another node. */
    async claim(node: number, index: number): Promise<string> {
      const device = at(index)
      const { auth } = nodeAt(node)
      const entered = await auth.enterUserCode({
        userCode: device.userCode,
        requester: testRequester,
        userId: null,
      })
      if (entered.outcome !== 'found') return entered.outcome
      const browser = auth.newBrowserSecret()
      const begun = await nodeAt(node + 1).auth.beginSignIn({
        providerId: 'orcid',
        browser,
        device: entered.ticket,
        codeTyped: true,
        switchAccount: false,
        requester: testRequester,
      })
      if ('refused' in begun) return begun.refused
      const parameters = callbackFor(begun.authorizationUrl, { subject: `person-${randomBytes(4).toString('hex')}` })
      const signedIn = await nodeAt(node + 2).auth.finishSignIn({
        parameters,
        browser,
        session: null,
        requester: testRequester,
      })
      if ('refused' in signedIn) return signedIn.refused
      device.claim = { browser: signedIn.browser, deviceAuthorizationId: signedIn.deviceAuthorizationId ?? '' }
      return 'claimed'
    },
    async decide(node: number, index: number, decision: Decision): Promise<string> {
      const { claim } = at(index)
      if (!claim) return 'nobody'
      return nodeAt(node).auth.decideDevice({ ...claim, decision, requester: testRequester })
    },
    async poll(node: number, index: number, clientId = 'osa-cli'): Promise<string> {
      const device = at(index)
      const outcome = await nodeAt(node).poll(device.deviceCode, nodeAt(node).client(clientId))
      if (isRefusal(outcome)) return outcome.error
      device.refreshTokens.push(outcome.refresh_token)
      return 'tokens'
    },
    /** Presents the device's refresh token number `token`. Returns an error, or the number of the returned token. */
    async refresh(node: number, index: number, token: number): Promise<number | string> {
      const { refreshTokens } = at(index)
      const outcome = await nodeAt(node).refresh(refreshTokens[token] ?? 'none')
      if (isRefusal(outcome)) return outcome.error
      const known = refreshTokens.indexOf(outcome.refresh_token)
      return known === -1 ? refreshTokens.push(outcome.refresh_token) - 1 : known
    },
    logOut: (node: number, index: number) =>
      nodeAt(node).auth.revokeToken({
        clients: [nodeAt(node).client('osa-cli')],
        token: at(index).refreshTokens[0] ?? 'none',
        requester: testRequester,
      }),
    revokeAll: (node: number) => createOperator(nodeAt(node).deps).revokeSessions(null),
    /** Records ends and removes nothing. */
    sweep: (node: number) =>
      nodeAt(node).deps.store.sweep({
        now: clock.now(),
        idleSince: never,
        device: never,
        login: never,
        browser: never,
        family: never,
        familyIdle: never,
        signingKey: never,
        accessToken: never,
        audit: never,
        batch: 10_000,
      }),
  }
}

export type FlowWorld = ReturnType<typeof createFlowWorld>
