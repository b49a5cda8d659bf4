/**
 * Whether the browser is on the computer of the terminal that asks (RFC 8628 §5.4). The terminal listens on 127.0.0.1 and tells the node
 * the port and the SHA-256 of a nonce, which is also the listener's path. The node sends a browser there with a state that is bound to that
 * browser; what comes back with this state and with the nonce went through the listener, on the browser's own computer. Whoever started the
 * request knows the nonce, but not the state of another person's browser, and that browser finds their listener on no other computer.
 */
import type { SameComputer } from './browser-operations.ts'
import { type AuthDependencies, auditEvent, isUuid } from './dependencies.ts'
import { isExpired } from './device-authorization.ts'
import type { AuthPolicy } from './policy.ts'
import { type Refusal, refuse } from './refusal.ts'
import type { DeviceAuthorization } from './rows.ts'
import { type CookieSecret, equalInConstantTime, type LoopbackNonce, type Sha256, sha256 } from './secret.ts'

/** For two redirects in one browser; also covers what the clocks of two processes may differ by. */
const stateLifetimeMs = 60_000
/** Listeners take a port from the system; below are the services of a machine, where nobody should be sent. */
const minPort = 1_024
const maxPort = 65_535

export type Loopback = Pick<DeviceAuthorization, 'loopbackChallenge' | 'loopbackPort'>

/** The listener that a start names; two nulls when it names none. Refuses with `invalid_request`. */
export function readLoopback(given: {
  loopbackChallenge: string | undefined
  loopbackPort: string | number | undefined
}): Loopback | Refusal {
  const { loopbackChallenge: challenge, loopbackPort } = given
  if (challenge === undefined && loopbackPort === undefined) return { loopbackChallenge: null, loopbackPort: null }
  const port = /^\d{1,5}$/.test(`${loopbackPort}`) ? Number(loopbackPort) : 0
  if (challenge === undefined || !/^[\w-]{43}$/.test(challenge) || port < minPort || port > maxPort) {
    return refuse(
      'invalid_request',
      'loopback_challenge must be a SHA-256 in base64url, and loopback_port a port from 1024 to 65535.',
    )
  }
  return { loopbackChallenge: challenge as Sha256, loopbackPort: port }
}

/** What the terminal opens in a browser. Without the code: other users of a computer see the arguments of its programs. */
export const sameComputerUri = ({ publicUrl }: AuthPolicy, deviceAuthorizationId: string): string =>
  `${publicUrl}/device/same-computer?${new URLSearchParams({ flow: deviceAuthorizationId })}`

export const createSameComputer = (deps: AuthDependencies): SameComputer => ({
  async listenerOf({ deviceAuthorizationId, browser }) {
    const device = isUuid(deviceAuthorizationId)
      ? await deps.store.findDeviceAuthorization(deviceAuthorizationId)
      : null
    if (!isProvable(device, deps.now())) return null
    const url = new URL(`http://127.0.0.1:${device.loopbackPort}/${device.loopbackChallenge}`)
    url.searchParams.set('state', stateOf(deps, browser, device.id, deps.now().getTime()))
    return url
  },

  async proveSameComputer({ deviceAuthorizationId: id, browser, state, nonce, requester }) {
    if (browser === null || !isUuid(id) || !isState(deps, browser, id, state)) return false
    return deps.store.transaction(async (tx) => {
      const device = await tx.lockDeviceAuthorization(id)
      if (!isProvable(device, deps.now())) return false
      if (!equalInConstantTime(sha256(nonce as LoopbackNonce), device.loopbackChallenge)) return false
      await tx.saveDeviceAuthorization({ ...device, provenBrowserHash: sha256(browser) })
      const { clientId } = device
      const details = { clientId, deviceAuthorizationId: id }
      await tx.appendAuditEvent(auditEvent(deps, 'device.same_computer', 'ok', requester, details))
      return true
    })
  },
})

type Provable = DeviceAuthorization & { loopbackChallenge: Sha256; loopbackPort: number }

const isProvable = (device: DeviceAuthorization | null, now: Date): device is Provable =>
  device?.status === 'pending' &&
  !isExpired(device, now) &&
  device.loopbackChallenge !== null &&
  device.claimedByUserId === null &&
  device.provenBrowserHash === null

/** Nothing is stored for it: it says when it was made, and only this browser's cookie fits it. */
const stateOf = ({ keys }: AuthDependencies, browser: CookieSecret, id: string, atMs: number): string =>
  `${atMs}.${keys.mac('form', browser, 'same-computer', id, `${atMs}`)}`

function isState(deps: AuthDependencies, browser: CookieSecret, id: string, state: string): boolean {
  const atMs = Number(/^(\d{1,15})\./.exec(state)?.[1] ?? Number.NaN)
  const isInTime = Math.abs(deps.now().getTime() - atMs) <= stateLifetimeMs
  return isInTime && equalInConstantTime(state, stateOf(deps, browser, id, atMs))
}
