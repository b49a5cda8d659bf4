/** Loads a value when it is first needed, shares it with concurrent callers, and tries again after a failure only after a cool-down. */

export interface CachedLoader<T> {
  /** The value, fetched with `signal` as the deadline if it is missing or too old. Rejects as `load` did. */
  get(signal: AbortSignal): Promise<T>
  /** Loads it again, even though it is fresh. */
  refresh(signal: AbortSignal): Promise<T>
}

/** How long a failure is answered from memory. */
const failureCooldownMs = 5_000

export function cachedLoader<T>({
  load,
  maxAgeMs,
  now,
}: {
  load: (signal: AbortSignal) => Promise<T>
  maxAgeMs: number
  now: () => Date
}): CachedLoader<T> {
  let known: { value: T; at: number } | null = null
  let failed: { error: unknown; at: number } | null = null
  let underWay: Promise<T> | null = null

  /** A clock that was set back makes nothing last longer. */
  const isYounger = (at: number, ms: number): boolean => now().getTime() >= at && now().getTime() - at < ms

  const fetchOnce = async (signal: AbortSignal): Promise<T> => {
    try {
      const value = await load(signal)
      known = { value, at: now().getTime() }
      failed = null
      return value
    } catch (error) {
      failed = { error, at: now().getTime() }
      throw error
    } finally {
      underWay = null
    }
  }
  const refresh = (signal: AbortSignal): Promise<T> => {
    if (failed && isYounger(failed.at, failureCooldownMs)) return Promise.reject(failed.error)
    underWay ??= fetchOnce(signal)
    return underWay
  }
  return {
    refresh,
    get: (signal) => (known && isYounger(known.at, maxAgeMs) ? Promise.resolve(known.value) : refresh(signal)),
  }
}
