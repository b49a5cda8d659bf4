/** Loads a value when it is first needed, shares it with concurrent callers, and retries a failed load only after a cool-down. */

export interface CachedLoader<T> {
  /** Returns the value, loading it until `signal` fires if it is missing or too old. Rejects with the error of `load`. */
  get(signal: AbortSignal): Promise<T>
  /** Loads the value again, even if it is fresh. */
  refresh(signal: AbortSignal): Promise<T>
}

/** How long callers get the last failure without a new attempt. */
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
  let loading: Promise<T> | null = null

  /** False for times in the future, so that setting the clock back does not extend anything. */
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
      loading = null
    }
  }
  const refresh = (signal: AbortSignal): Promise<T> => {
    if (failed && isYounger(failed.at, failureCooldownMs)) return Promise.reject(failed.error)
    loading ??= fetchOnce(signal)
    return loading
  }
  return {
    refresh,
    get: (signal) => (known && isYounger(known.at, maxAgeMs) ? Promise.resolve(known.value) : refresh(signal)),
  }
}
