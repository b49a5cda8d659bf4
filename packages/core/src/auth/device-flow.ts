/** Starting and polling a device authorization (RFC 8628 §3.1–3.5): the terminal's half of the flow. */
import { deviceCodeGrantType, type TokenResponse } from '@osa/contract'
import type { DeviceFlow } from './auth.ts'
import { type Client, registeredFor } from './client.ts'
import { type AuthDependencies, auditEvent, newId, secondsAfter } from './dependencies.ts'
import { consume, overlapped, poll } from './device-authorization.ts'
import type { DeviceGrant } from './device-grant.ts'
import { mayHaveOneMore } from './fair-share.ts'
import { openFamily, tokenDocument } from './issue-tokens.ts'
import { noteEnd } from './note-end.ts'
import { userCodeRestSeconds } from './policy.ts'
import type { AuthTx, Requester } from './ports.ts'
import { revoke } from './refresh-token.ts'
import { isRefusal, type Refusal, refuse } from './refusal.ts'
import type { DeviceAuthorization } from './rows.ts'
import { grantScope } from './scope.ts'
import { type DeviceCode, newSecret, sha256 } from './secret.ts'
import type { KeyRing, Signer } from './signing-keys.ts'
import { storedText } from './text.ts'
import { formatUserCode, hashUserCode, newUserCode } from './user-code.ts'

const maxDeviceNameLength = 64
const maxUserAgentLength = 200
/** Collisions of 20^8 codes are luck; five in a row are a full table (A22). */
const maxUserCodeAttempts = 5

const unknownCode = () => refuse('invalid_grant', 'The device code is not valid.', { reason: 'unknown' })

export const createDeviceFlow = (deps: AuthDependencies, ring: KeyRing, deviceGrant: DeviceGrant): DeviceFlow => ({
  async startDeviceAuthorization({ client, scope: requested, deviceName, requester }) {
    const registered = registeredFor([client], deviceCodeGrantType)
    if (isRefusal(registered)) return registered
    const scope = grantScope(requested, client.scope)
    if (isRefusal(scope)) return scope
    // no wait is known, so a rim answers 503: it lasts until the operator turns it on again (L10)
    if (!(await deviceGrant.isOn()))
      return refuse('temporarily_unavailable', 'Signing in from a terminal is turned off.')
    const full = await startLimit(deps, requester)
    if (full) return full
    return insertPending(deps, { client, scope, deviceName: storedText(deviceName, maxDeviceNameLength), requester })
  },

  async exchangeDeviceCode({ clients, deviceCode, requester }) {
    const receivedAt = deps.now()
    const registered = registeredFor(clients, deviceCodeGrantType)
    if (isRefusal(registered)) return registered
    const clientIds = registered.map(({ clientId }) => clientId)
    const deviceCodeHash = sha256(deviceCode as DeviceCode)
    // most polls find a code that nobody has decided yet: one statement, no transaction
    const pending = await deps.store.pollPending({ deviceCodeHash, clientIds, now: deps.now() })
    if (pending) return pending.early ? slowDown(pending.pollIntervalSeconds) : stillPending()
    // both before the transaction, which may hold the only connection
    const signer = await ring.signer()
    const isRedeemable = await deviceGrant.isOn()
    return deps.store.transaction(async (tx) => {
      const row = await tx.lockDeviceAuthorizationByDeviceCodeHash(deviceCodeHash)
      // a foreign client's attempt neither consumes nor damages the code (B15)
      if (!row || !clientIds.includes(row.clientId)) return unknownCode()
      return answerPoll(deps, tx, signer, { row, requester, receivedAt, isRedeemable })
    })
  },
})

/** Spends the start budgets and checks the caps on undecided rows (J01, J02). */
const startLimit = async (
  { limiter, store, policy, now }: AuthDependencies,
  { source }: Requester,
): Promise<Refusal | null> => {
  const busy = (retryAfterSeconds: number) =>
    refuse('temporarily_unavailable', 'Too many sign-ins were started. Please try again later.', { retryAfterSeconds })
  const bySource = await limiter.spend('start_by_source', source)
  if (!bySource.within) return busy(bySource.retryAfterSeconds)
  // before the budget of all, which sources that have their share of places must not use up
  const pending = await store.countPending({ source, now: now() })
  const places = { bySource: policy.maxPendingBySource, inAll: policy.maxPendingInAll }
  if (!mayHaveOneMore({ bySource: pending.fromSource, inAll: pending.inAll }, places)) return busy(60)
  const inAll = await limiter.spend('start_in_all', 'all')
  return inAll.within ? null : busy(inAll.retryAfterSeconds)
}

const insertPending = async (
  deps: AuthDependencies,
  start: { client: Client; scope: string; deviceName: string | null; requester: Requester },
) => {
  const { keys, policy, random, store } = deps
  const deviceCode = newSecret<DeviceCode>(random)
  const createdAt = deps.now()
  for (let attempt = 0; attempt < maxUserCodeAttempts; attempt++) {
    const userCode = newUserCode(random)
    const row: DeviceAuthorization = {
      id: newId(random),
      deviceCodeHash: sha256(deviceCode),
      userCodeHash: hashUserCode(keys, userCode),
      clientId: start.client.clientId,
      scope: start.scope,
      status: 'pending',
      createdAt,
      expiresAt: secondsAfter(createdAt, policy.deviceCodeLifetimeSeconds),
      pollIntervalSeconds: policy.devicePollIntervalSeconds,
      lastPolledAt: null,
      requesterIp: start.requester.ip,
      requesterSource: start.requester.source,
      requesterUserAgent: storedText(start.requester.userAgent, maxUserAgentLength),
      deviceName: start.deviceName,
      claimedByUserId: null,
      claimedBySessionId: null,
      sealedUserCode: null,
      decidedAt: null,
      authTime: null,
      consumedAt: null,
      familyId: null,
      endedAt: null,
    }
    const reservation = { userCodeHash: row.userCodeHash, until: secondsAfter(row.expiresAt, userCodeRestSeconds) }
    const inserted = await store.transaction(async (tx) => {
      if (!(await tx.reserveUserCode(reservation)) || !(await tx.insertDeviceAuthorization(row))) return false
      const { clientId, id: deviceAuthorizationId } = row
      await tx.appendAuditEvent(
        auditEvent(deps, 'device.start', 'ok', start.requester, { clientId, deviceAuthorizationId }),
      )
      return true
    })
    if (!inserted) continue
    const verificationUri = `${policy.publicUrl}/device`
    return {
      device_code: deviceCode,
      user_code: formatUserCode(userCode),
      verification_uri: verificationUri,
      verification_uri_complete: `${verificationUri}?user_code=${formatUserCode(userCode)}`,
      expires_in: policy.deviceCodeLifetimeSeconds,
      interval: policy.devicePollIntervalSeconds,
    }
  }
  // no wait is known here, unlike at a limit: that is how a rim tells 503 from 429
  return refuse('temporarily_unavailable', 'No user code is free. Please try again later.')
}

interface Presented {
  readonly row: DeviceAuthorization
  readonly requester: Requester
  /** When the poll reached this process. */
  readonly receivedAt: Date
}

const answerPoll = async (
  deps: AuthDependencies,
  tx: AuthTx,
  signer: Signer,
  { row, requester, receivedAt, isRedeemable }: Presented & { isRedeemable: boolean },
): Promise<TokenResponse | Refusal> => {
  const now = deps.now()
  const result = poll(row, now)
  switch (result.outcome) {
    case 'expired':
      await noteEnd(tx, row, now)
      return refuse('expired_token', 'The device code has expired.', { reason: 'expired' })
    case 'denied':
      return refuse('access_denied', 'The request was denied.')
    case 'redeemed':
      return refuseRedeemed(deps, tx, { row, requester, receivedAt })
    case 'redeem':
      // while the grant is off, an approved code waits: it is redeemed later or expires (L10)
      if (!isRedeemable) return stillPending()
      return redeem(deps, tx, signer, { row, userId: result.userId, requester })
    case 'slow_down':
      await tx.saveDeviceAuthorization(result.next)
      return slowDown(result.next.pollIntervalSeconds)
    case 'pending':
      await tx.saveDeviceAuthorization(result.next)
      return stillPending()
  }
}

const stillPending = () => refuse('authorization_pending', 'Nobody has decided yet.')
const slowDown = (interval: number) => refuse('slow_down', 'Polling too fast. Wait for the new interval.', { interval })

/** Consumes the code and issues its tokens, in the caller's one transaction (B07, B31). */
const redeem = async (
  deps: AuthDependencies,
  tx: AuthTx,
  signer: Signer,
  { row, userId, requester }: { row: DeviceAuthorization; userId: string; requester: Requester },
): Promise<TokenResponse | Refusal> => {
  const user = await tx.findUser(userId)
  if (!user || user.disabledAt !== null) return refuse('access_denied', 'The account may not sign in.')
  const { clientId, scope, deviceName } = row
  const authTime = row.authTime ?? deps.now()
  const opened = await openFamily(deps, tx, {
    userId,
    clientId,
    scope,
    deviceName,
    ip: row.requesterIp,
    authTime,
    rotatedFrom: requester.source,
  })
  const familyId = opened.family.id
  await tx.saveDeviceAuthorization(consume(row, familyId, deps.now()))
  const details = { userId, clientId, deviceAuthorizationId: row.id, familyId }
  await tx.appendAuditEvent(auditEvent(deps, 'device.redeem', 'ok', requester, details))
  return tokenDocument(deps, signer, { ...opened, scope })
}

/** A second redemption ends the session, since one of the two was not the terminal, unless both were under way at once (B09). */
const refuseRedeemed = async (
  deps: AuthDependencies,
  tx: AuthTx,
  { row, requester, receivedAt }: Presented,
): Promise<Refusal> => {
  const family = row.familyId === null ? null : await tx.lockRefreshFamily(row.familyId)
  const redemption = { at: row.consumedAt ?? row.createdAt, source: family?.rotatedFrom ?? null }
  if (overlapped({ receivedAt, source: requester.source }, redemption)) {
    return refuse('invalid_grant', 'Another poll at the same moment got the session.', { reason: 'unknown' })
  }
  if (family && family.revokedAt === null) {
    await tx.saveRefreshFamily(revoke(family, 'device_code_reuse', deps.now()))
    const details = { userId: family.userId, clientId: row.clientId, deviceAuthorizationId: row.id }
    const event = auditEvent(deps, 'device.redeem_reuse', 'refused', requester, { ...details, familyId: family.id })
    await tx.appendAuditEvent(event)
  }
  return refuse(
    'invalid_grant',
    'This code was used before, so its session was ended: an answer was lost, or somebody else had the code.',
    { reason: 'revoked' },
  )
}
