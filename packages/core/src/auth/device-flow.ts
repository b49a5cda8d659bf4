/** Starting and polling a device authorization (RFC 8628 §3.1–3.5): the terminal's half of the flow. */
import { deviceCodeGrantType } from '@osa/contract'
import type { DeviceFlow } from './auth.ts'
import { type Client, registeredFor } from './client.ts'
import { type AuthDependencies, auditEvent, newId, secondsAfter } from './dependencies.ts'
import { undecided } from './device-authorization.ts'
import type { DeviceGrant } from './device-grant.ts'
import { answerPoll, slowDown } from './device-poll.ts'
import { retryWhileStale, tooManyAtOnce } from './guarded.ts'
import { createKeyedMutex } from './keyed-mutex.ts'
import type { PendingPlaces } from './pending-places.ts'
import { userCodeRestSeconds } from './policy.ts'
import type { Requester } from './ports.ts'
import { isRefusal, type Refusal, refuse } from './refusal.ts'
import type { DeviceAuthorization } from './rows.ts'
import { type Loopback, readLoopback, sameComputerUri } from './same-computer.ts'
import { grantScope } from './scope.ts'
import { type DeviceCode, newSecret, sha256 } from './secret.ts'
import type { KeyRing } from './signing-keys.ts'
import { storedText } from './text.ts'
import type { UnknownCodes } from './unknown-codes.ts'
import { formatUserCode, hashUserCode, newUserCode } from './user-code.ts'

export const maxDeviceNameLength = 64
const maxUserAgentLength = 200
/** There are 20^8 codes: one collision is chance, five in a row mean that the table is full (A22). */
const maxUserCodeAttempts = 5
/** How many polls of one code may queue in a process; honest terminals send one at a time. */
const maxWaitingPolls = 100
/** How often a poll is tried again when another process has changed the row it read. */
const maxPollAttempts = 5

const unknownCode = refuse('invalid_grant', 'The device code is not valid.', { reason: 'unknown' })

const sameComputerOnly = refuse(
  'access_denied',
  'This archive accepts a terminal only from a browser on the same computer. Run osa login on a computer with a browser.',
)

export function createDeviceFlow(
  deps: AuthDependencies & { readonly places: PendingPlaces; readonly unknownCodes: UnknownCodes },
  ring: KeyRing,
  deviceGrant: DeviceGrant,
): DeviceFlow {
  const mutex = createKeyedMutex(maxWaitingPolls)
  return {
    async startDeviceAuthorization({
      client,
      scope: requested,
      deviceName,
      loopbackChallenge,
      loopbackPort,
      requester,
    }) {
      const registered = registeredFor([client], deviceCodeGrantType)
      if (isRefusal(registered)) return registered
      const scope = grantScope(requested, client.scope)
      if (isRefusal(scope)) return scope
      const loopback = readLoopback({ loopbackChallenge, loopbackPort })
      if (isRefusal(loopback)) return loopback
      const isRemoteRefused = deps.policy.remoteApproval(requester.ip) === 'never'
      if (isRemoteRefused && loopback.loopbackPort === null) return sameComputerOnly
      // without retryAfterSeconds, so that the wires answer 503: the operator alone knows how long it lasts (L10)
      if (!(await deviceGrant.isOn()))
        return refuse('temporarily_unavailable', 'Signing in from a terminal is turned off.')
      return withinStartLimit(deps, requester, () =>
        insertPending(deps, {
          client,
          scope,
          deviceName: storedText(deviceName, maxDeviceNameLength),
          requester,
          loopback,
          isRemoteRefused,
        }),
      )
    },

    async exchangeDeviceCode({ clients, deviceCode, requester }) {
      const receivedAt = deps.now()
      const registered = registeredFor(clients, deviceCodeGrantType)
      if (isRefusal(registered)) return registered
      const clientIds = registered.map(({ clientId }) => clientId)
      const deviceCodeHash = sha256(deviceCode as DeviceCode)
      const pollOnce = async () => {
        const polled = await deps.store.findPolled(deviceCodeHash)
        // another client's poll neither consumes nor changes the code (B15)
        if (!polled || !clientIds.includes(polled.device.clientId)) return unknownCode
        return answerPoll({ ...deps, ring, deviceGrant }, { ...polled, requester, receivedAt })
      }
      // one at a time, since each poll changes the row that the others would have read
      const polling = mutex.run(deviceCodeHash, () => retryWhileStale(maxPollAttempts, pollOnce))
      const answer = polling === null ? tooManyAtOnce() : await polling
      const isTooMany = answer === unknownCode && !deps.unknownCodes.charge(requester.source)
      return isTooMany ? slowDown(deps.policy.devicePollIntervalSeconds) : answer
    },
  }
}

/** Spends from the start budgets and takes a place for a pending code (J01, J02), which `start` stores. */
async function withinStartLimit<Started>(
  { limiter, places }: AuthDependencies & { readonly places: PendingPlaces },
  { source }: Requester,
  start: () => Promise<Started>,
): Promise<Started | Refusal> {
  const busy = (retryAfterSeconds: number) =>
    refuse('temporarily_unavailable', 'Too many sign-ins were started. Please try again later.', { retryAfterSeconds })
  const bySource = await limiter.spend('start_by_source', source)
  if (!bySource.within) return busy(bySource.retryAfterSeconds)
  // before the common budget, so that sources without a free place cannot use it up
  const place = await places.take(source)
  if (!place) return busy(60)
  let isStored = false
  try {
    const inAll = await limiter.spend('start_in_all', 'all')
    if (!inAll.within) return busy(inAll.retryAfterSeconds)
    isStored = true // if `start` throws, the code may be stored or not; the next count corrects it
    const started = await start()
    isStored = !isRefusal(started)
    return started
  } finally {
    place.settle(isStored)
  }
}

async function insertPending(
  deps: AuthDependencies,
  start: {
    client: Client
    scope: string
    deviceName: string | null
    requester: Requester
    loopback: Loopback
    isRemoteRefused: boolean
  },
) {
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
      ...start.loopback,
      ...undecided,
    }
    const codeRestsUntil = secondsAfter(row.expiresAt, userCodeRestSeconds)
    const { clientId, id: deviceAuthorizationId } = row
    const event = auditEvent(deps, 'device.start', 'ok', start.requester, { clientId, deviceAuthorizationId })
    const inserted = await store.startDeviceAuthorization({ device: row, codeRestsUntil, event })
    if (!inserted) continue
    const verificationUri = `${policy.publicUrl}/device`
    return {
      device_code: deviceCode,
      user_code: formatUserCode(userCode),
      verification_uri: verificationUri,
      verification_uri_complete: `${verificationUri}?user_code=${formatUserCode(userCode)}`,
      expires_in: policy.deviceCodeLifetimeSeconds,
      interval: policy.devicePollIntervalSeconds,
      ...(start.loopback.loopbackPort === null ? {} : { same_computer_uri: sameComputerUri(policy, row.id) }),
      ...(start.isRemoteRefused ? { same_computer_required: true as const } : {}),
    }
  }
  // without retryAfterSeconds, unlike at a limit, so that the wires answer 503 and not 429
  return refuse('temporarily_unavailable', 'No user code is free. Please try again later.')
}
