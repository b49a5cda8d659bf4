/** How many undecided device authorizations a source may have (J02). */
import type { AuthPolicy } from './policy.ts'

/**
 * Whether one more may be started: while the source has fewer than a fixed part of the places that are still free. Alone it comes to
 * `maxPendingBySource`; the more sources there are, the less each is left, and who has none yet finds a place. So a few sources cannot
 * shut out everybody else, as they could with a fixed share each. (The rule of switches that share their memory among ports: Choudhury
 * and Hahne, "Dynamic queue length thresholds", 1998.)
 */
export const hasPlaceForStart = (
  { fromSource, inAll }: { fromSource: number; inAll: number },
  { maxPendingBySource, maxPendingInAll }: Pick<AuthPolicy, 'maxPendingBySource' | 'maxPendingInAll'>,
): boolean => {
  const free = maxPendingInAll - inAll
  return free > 0 && fromSource * (maxPendingInAll - maxPendingBySource) < maxPendingBySource * free
}
