/**
 * Waits for a decision, so that terminals need not poll for it. A watch checks what a poll would answer, first at once and then after each
 * notice. It spends nothing from the budgets of polls, lengthens no interval, redeems nothing, and reveals less than a poll does.
 */
import { type DeviceDecided, deviceCodeGrantType } from '@osa/contract'
import type { DeviceWatch } from './auth.ts'
import { registeredFor } from './client.ts'
import type { AuthDependencies } from './dependencies.ts'
import { poll } from './device-authorization.ts'
import type { AuthPolicy } from './policy.ts'
import { isRefusal, type Refusal, refuse } from './refusal.ts'
import type { DeviceAuthorization } from './rows.ts'
import type { Sha256 } from './secret.ts'
import type { UnknownCodes } from './unknown-codes.ts'

/** Only for the caller's log, since terminals just keep polling. */
const retryAfterSeconds = 60

export function createDeviceWatch(deps: AuthDependencies, unknownCodes: UnknownCodes): DeviceWatch {
  const openWatches = createOpenWatches(deps.policy)
  return {
    async watchDeviceAuthorization({ clients, deviceCodeHash, requester, signal }) {
      const registered = registeredFor(clients, deviceCodeGrantType)
      if (isRefusal(registered)) return registered
      const leave = openWatches.enter(requester.source)
      if (!leave) return busy()
      const clientIds = registered.map(({ clientId }) => clientId)
      try {
        const answer = await untilDecided(deps, { clientIds, deviceCodeHash: deviceCodeHash as Sha256, signal })
        return isRefusal(answer) && !unknownCodes.charge(requester.source) ? busy() : answer
      } finally {
        leave()
      }
    },
  }
}

/** Limits how many terminals wait in a process: an open stream holds a connection, which polls and pages need too (J02). */
function createOpenWatches({ maxWatchesBySource, maxWatchesInAll }: AuthPolicy) {
  const bySource = new Map<string, number>()
  let inAll = 0
  return {
    /** Counts a watch of this source. Returns a function that ends it, or null when there are too many. */
    enter(source: string): (() => void) | null {
      const ofSource = bySource.get(source) ?? 0
      if (ofSource >= maxWatchesBySource || inAll >= maxWatchesInAll) return null
      bySource.set(source, ofSource + 1)
      inAll++
      return () => {
        inAll--
        const left = (bySource.get(source) ?? 0) - 1
        if (left > 0) bySource.set(source, left)
        else bySource.delete(source)
      }
    },
  }
}

const busy = () => refuse('temporarily_unavailable', 'Too many terminals are waiting.', { retryAfterSeconds })

async function untilDecided(
  { store, now, startTimer }: AuthDependencies,
  watch: { clientIds: readonly string[]; deviceCodeHash: Sha256; signal: AbortSignal },
): Promise<DeviceDecided | Refusal | null> {
  const { clientIds, deviceCodeHash, signal } = watch
  let woken = Promise.withResolvers<void>()
  const wake = () => woken.resolve()
  let cancelTimer = () => {}
  // start listening before reading, so that a decision in between is not missed
  const endListening = store.listenForDecision(deviceCodeHash, wake)
  signal.addEventListener('abort', wake)
  try {
    while (!signal.aborted) {
      const row = (await store.findPolled(deviceCodeHash))?.device
      if (!row || !clientIds.includes(row.clientId)) return unknownCode()
      const outcome = outcomeOf(row, now())
      if (outcome) return outcome
      cancelTimer()
      cancelTimer = startTimer(row.expiresAt, wake)
      await woken.promise
      woken = Promise.withResolvers<void>()
    }
    return null
  } finally {
    cancelTimer()
    endListening()
    signal.removeEventListener('abort', wake)
  }
}

/** Returns null while a poll would not get a final answer. */
function outcomeOf(row: DeviceAuthorization, now: Date): DeviceDecided | Refusal | null {
  switch (poll(row, now).outcome) {
    case 'pending':
    case 'slow_down':
      return null
    case 'redeemed':
      return unknownCode()
    case 'expired':
    case 'denied':
    case 'redeem':
      return { status: 'decided' }
  }
}

const unknownCode = () => refuse('invalid_grant', 'The device code is not valid.', { reason: 'unknown' })
