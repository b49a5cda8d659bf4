/** Records expiries (L08) and removes old rows every minute, in small batches, so that personal data is not kept longer than needed (I08, I09). */
import { setTimeout as sleep } from 'node:timers/promises'
import type { AuthPolicy, AuthStore } from '@osa/core'
import type { Logger } from './log.ts'
import type { NodeClock } from './node-clock.ts'

const intervalMs = 60_000
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const batch = 500

/** How long ended rows are kept, so that late polls get the reason (B14) and late reuse is detected (G14). */
export const retention = { deviceMs: hourMs, familyMs: 30 * dayMs, accessTokenMs: dayMs } as const

/** The retention times that an operator can set. Audit events contain addresses (I09). */
export type SweepPolicy = Pick<AuthPolicy, 'refreshIdleSeconds'> & { readonly auditRetentionDays: number }

/** Returns the cut-off times for `store.sweep` at `now`. */
export function cutoffs(now: Date, policy: SweepPolicy): Parameters<AuthStore['sweep']>[0] {
  const before = (ms: number) => new Date(now.getTime() - ms)
  return {
    now,
    idleSince: before(policy.refreshIdleSeconds * 1000),
    device: before(retention.deviceMs),
    login: now,
    browser: now,
    family: before(retention.familyMs),
    // an idle session ended at its idle limit, and is kept for the same time from then on
    familyIdle: before(retention.familyMs + policy.refreshIdleSeconds * 1000),
    // removed at once: a leaked key must not become valid again if a clock is set back
    signingKey: now,
    accessToken: before(retention.accessTokenMs),
    audit: before(policy.auditRetentionDays * dayMs),
    batch,
  }
}

/** Runs one sweep: batches until none of them is full. */
export async function sweepOnce(deps: {
  store: Pick<AuthStore, 'sweep'>
  sweepRateLimits: (now: Date) => Promise<void>
  policy: SweepPolicy
  clock: NodeClock
}): Promise<void> {
  await deps.clock.follow()
  let removed: Record<string, number>
  do {
    removed = await deps.store.sweep(cutoffs(deps.clock.now(), deps.policy))
  } while (Object.values(removed).some((count) => count >= batch))
  await deps.sweepRateLimits(deps.clock.now())
}

/** Sweeps at start and then every 40 to 60 s, so that the sweeps of many processes spread out. `stop` waits for a running sweep. */
export function startSweeping(deps: Parameters<typeof sweepOnce>[0] & { log: Logger }): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const loop = async () => {
    do {
      try {
        await sweepOnce(deps)
      } catch (error) {
        deps.log.warn({ err: error }, 'the sweep failed; trying again in a minute') // a later sweep does the same work
      }
    } while (await pause(stopping.signal))
  }
  const running = loop()
  return {
    stop() {
      stopping.abort()
      return running
    },
  }
}

/** Waits until the next sweep. Returns false if `signal` was aborted. */
async function pause(signal: AbortSignal): Promise<boolean> {
  const ms = intervalMs * (2 / 3 + Math.random() / 3)
  return sleep(ms, true, { signal, ref: false }).catch(() => false) // rejects only because of the signal
}
