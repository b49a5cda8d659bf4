/**
 * Proves that a browser is on the computer of the requesting terminal (RFC 8628 §5.4). The terminal listens on 127.0.0.1 and tells the node
 * its port and the SHA-256 of a nonce, which is also the listener's path. The node redirects a browser there with a state that is bound to
 * that browser. A browser that returns with this state and the nonce went through a listener on its own computer. An attacker who started the
 * request knows the nonce, but not the state of a victim's browser, and the victim's browser cannot reach a listener on the attacker's
 * computer.
 */
import type { SameComputer } from './browser-operations.ts'
import { type AuthDependencies, auditEvent, isUuid } from './dependencies.ts'
import { isExpired } from './device-authorization.ts'
import type { AuthPolicy } from './policy.ts'
import { type Refusal, refuse } from './refusal.ts'
import type { DeviceAuthorization } from './rows.ts'
import { type CookieSecret, equalInConstantTime, type LoopbackNonce, type Sha256, sha256 } from './secret.ts'

/** Long enough for two redirects in a browser and for differing clocks of two processes. */
const stateLifetimeMs = 60_000
/** Listeners get a free port from the system. Lower ports belong to services, to which no browser must be redirected. */
const minPort = 1_024
const maxPort = 65_535

export type Loopback = Pick<DeviceAuthorization, 'loopbackChallenge' | 'loopbackPort'>

/** Returns the listener that a start names; two nulls when it names none. Refuses with `invalid_request`. */
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

/** Returns the address that the terminal opens in a browser. It has no code in it, since other users of a computer see program arguments. */
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

/** Returns a state that needs no storage: it contains the time and a MAC over the browser's cookie. */
const stateOf = ({ keys }: AuthDependencies, browser: CookieSecret, id: string, atMs: number): string =>
  `${atMs}.${keys.mac('form', browser, 'same-computer', id, `${atMs}`)}`

function isState(deps: AuthDependencies, browser: CookieSecret, id: string, state: string): boolean {
  const atMs = Number(/^(\d{1,15})\./.exec(state)?.[1] ?? Number.NaN)
  const isInTime = Math.abs(deps.now().getTime() - atMs) <= stateLifetimeMs
  return isInTime && equalInConstantTime(state, stateOf(deps, browser, id, atMs))
}
