/** Puts on record what has ended (L08) and removes it, every minute and in small batches, so that nothing a person did stays longer than it must (I08, I09). */
import { setTimeout as sleep } from 'node:timers/promises'
import type { AuthPolicy, AuthStore } from '@osa/core'
import type { Logger } from './log.ts'
import type { NodeClock } from './node-clock.ts'

const intervalMs = 60_000
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const batch = 500

/** How long ended rows are kept: late polls still learn why (B14), late reuse is still noticed (G14), audits can be read. */
export const retention = { deviceMs: hourMs, familyMs: 30 * dayMs, accessTokenMs: dayMs } as const

/** The part of it that an operator sets. Audit events carry addresses (I09). */
export type SweepPolicy = Pick<AuthPolicy, 'refreshIdleSeconds'> & { readonly auditRetentionDays: number }

/** What `store.sweep` may remove at `now`. */
export function cutoffs(now: Date, policy: SweepPolicy): Parameters<AuthStore['sweep']>[0] {
  const before = (ms: number) => new Date(now.getTime() - ms)
  return {
    now,
    idleSince: before(policy.refreshIdleSeconds * 1000),
    device: before(retention.deviceMs),
    login: now,
    browser: now,
    family: before(retention.familyMs),
    // an idle family ended when its idle limit was over, and is kept as long as any other from then on
    familyIdle: before(retention.familyMs + policy.refreshIdleSeconds * 1000),
    // at once: a key that leaked must not come back when a clock is set back
    signingKey: now,
    accessToken: before(retention.accessTokenMs),
    audit: before(policy.auditRetentionDays * dayMs),
    batch,
  }
}

/** One sweep: batch after batch until none is full. */
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

/** Sweeps at start and then every 40 to 60 s, so that many processes spread out; `stop` waits for a sweep under way. */
export function startSweeping(deps: Parameters<typeof sweepOnce>[0] & { log: Logger }): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const loop = async () => {
    do {
      try {
        await sweepOnce(deps)
      } catch (error) {
        deps.log.warn({ err: error }, 'the sweep failed; the next one is in a minute') // nothing is lost by sweeping later
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

/** Waits for the next sweep; false when told to stop. */
async function pause(signal: AbortSignal): Promise<boolean> {
  const ms = intervalMs * (2 / 3 + Math.random() / 3)
  return sleep(ms, true, { signal, ref: false }).catch(() => false) // rejects only because of the signal
}
