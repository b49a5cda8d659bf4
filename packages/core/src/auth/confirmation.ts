/** The confirm page of a signed-in person: the request to judge, and the decision (RFC 8628 §3.3, §5.4). */
import type { Approval } from '@osa/contract'
import { isSignedIn } from './authority.ts'
import type { ApprovalRefusal, Confirmation, DeviceReview, SignedInBrowser } from './browser-operations.ts'
import { type AuthDependencies, auditEvent, isUuid, roleOf } from './dependencies.ts'
import { approve, deny, isExpired, releaseClaim } from './device-authorization.ts'
import type { DeviceGrant } from './device-grant.ts'
import { recordExpiry } from './record-expiry.ts'
import type { DeviceAuthorization } from './rows.ts'
import { equalInConstantTime, newSecret, sha256 } from './secret.ts'
import { formatUserCode, normaliseUserCode } from './user-code.ts'

export const createConfirmation = (
  deps: AuthDependencies,
  clientName: (clientId: string) => string,
  deviceGrant: DeviceGrant,
): Confirmation => ({
  newBrowserSecret: () => newSecret(deps.random),
  formToken: (binding, step) => deps.keys.mac('form', binding, step),
  verifyFormToken: (binding, step, token) => equalInConstantTime(deps.keys.mac('form', binding, step), token),

  async browserSession(secret) {
    if (secret === null) return null
    const found = await deps.store.findBrowserSession({ secretHash: sha256(secret), now: deps.now() })
    return found && { ...found, role: roleOf(deps.roleGrants, found.user, found.identity) }
  },

  signOut: (secret, requester) =>
    deps.store.transaction(async (tx) => {
      const session = await tx.lockBrowserSession(sha256(secret))
      if (!session) return
      await tx.deleteBrowserSession(session.id)
      await tx.appendAuditEvent(auditEvent(deps, 'sign_out', 'ok', requester, { userId: session.userId }))
    }),

  async reviewDevice({ browser, deviceAuthorizationId }) {
    const device = isUuid(deviceAuthorizationId)
      ? await deps.store.findDeviceAuthorization(deviceAuthorizationId)
      : null
    if (!isClaimedBy(device, browser)) return null
    const now = deps.now()
    return {
      device,
      clientName: clientName(device.clientId),
      userCode: openUserCode(deps, device),
      askedSecondsAgo: Math.max(0, Math.floor((now.getTime() - device.createdAt.getTime()) / 1_000)),
      expired: isExpired(device, now),
      needs: needsOf(deps, device),
    }
  },

  async decideDevice({ browser, deviceAuthorizationId, decision, typedCode, requester }) {
    if (!isUuid(deviceAuthorizationId)) return 'not_yours'
    const approvable = await deviceGrant.isOn()
    return deps.store.transaction(async (tx) => {
      const device = await tx.lockDeviceAuthorization(deviceAuthorizationId)
      if (!isClaimedBy(device, browser)) return 'not_yours'
      // checked before the clock: a decision is final, even after the code has expired (D18)
      if (device.status === 'denied') return 'already_denied'
      if (device.status !== 'pending') return 'already_approved'
      const now = deps.now()
      const approved = decision === 'approve'
      await recordExpiry(tx, device, now)
      if (isExpired(device, now)) return 'expired'
      if (!(await isSignedIn(deps, tx, browser))) return 'not_yours'
      // the request stays pending until the grant is on again (L10)
      if (approved && !approvable) return 'switched_off'
      const details = { userId: browser.user.id, clientId: device.clientId, deviceAuthorizationId }
      const audit = (event: 'device.approve' | 'device.deny', detail: string | null) =>
        tx.appendAuditEvent(auditEvent(deps, event, 'ok', requester, { ...details, detail }))
      if (approved) {
        const judged = judgeApproval(deps, device, typedCode)
        if ('refused' in judged) return judged.refused
        const { approval } = judged
        await tx.saveDeviceAuthorization(approve(device, { authTime: browser.session.authTime, approval }, now))
        await audit('device.approve', approval)
      } else {
        await tx.saveDeviceAuthorization(deny(device, now))
        await audit('device.deny', null)
      }
      await tx.announceDecision(device.deviceCodeHash)
      return approved ? 'approved' : 'denied'
    })
  },

  async switchAccount({ browser, deviceAuthorizationId }) {
    if (!isUuid(deviceAuthorizationId)) return null
    return deps.store.transaction(async (tx) => {
      const device = await tx.lockDeviceAuthorization(deviceAuthorizationId)
      if (!isClaimedBy(device, browser) || device.status !== 'pending') return null
      if (!(await isSignedIn(deps, tx, browser))) return null
      const userCode = openUserCode(deps, device)
      await recordExpiry(tx, device, deps.now())
      if (userCode === null || isExpired(device, deps.now())) return null
      await tx.saveDeviceAuthorization(releaseClaim(device))
      return { deviceAuthorizationId, userCode }
    })
  },
})

/** Returns what an approval still needs under the operator's policy. A code that was typed before this page counts as typed. */
function needsOf({ policy }: AuthDependencies, { approval, requesterIp }: DeviceAuthorization): DeviceReview['needs'] {
  if (approval === 'same_computer') return 'nothing'
  const remote = policy.remoteApproval(requesterIp)
  if (remote === 'never') return 'same_computer'
  return remote === 'allow' || approval === 'typed' ? 'nothing' : 'typed_code'
}

/**
 * Returns what an approval is based on, or why it is refused. A claim without a recorded approval was made by an older node, which did not
 * distinguish typed codes.
 */
function judgeApproval(
  deps: AuthDependencies,
  device: DeviceAuthorization,
  typedCode = '',
): { approval: Approval } | { refused: ApprovalRefusal } {
  const needs = needsOf(deps, device)
  if (needs === 'same_computer') return { refused: 'remote_refused' }
  if (needs === 'nothing') return { approval: device.approval ?? 'prefilled' }
  if (typedCode.trim() === '') return { refused: 'code_needed' }
  const typed = normaliseUserCode(typedCode)
  const shown = openUserCode(deps, device)
  const isRight = typed !== null && shown !== null && equalInConstantTime(formatUserCode(typed), shown)
  return isRight ? { approval: 'typed' } : { refused: 'code_wrong' }
}

const isClaimedBy = (
  device: DeviceAuthorization | null,
  { session, user }: SignedInBrowser,
): device is DeviceAuthorization =>
  device !== null && device.claimedBySessionId === session.id && device.claimedByUserId === user.id

const openUserCode = ({ keys }: AuthDependencies, device: DeviceAuthorization): string | null =>
  device.sealedUserCode === null ? null : keys.open('display', device.sealedUserCode, device.id)
