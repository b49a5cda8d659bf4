/**
 * Batches calls without a timer. Calls made in one turn of the event loop share a batch, and calls that arrive while a batch runs wait
 * and share the next one. On an idle batcher a call starts as soon as the requests that arrived with it are read; under load a
 * statement carries as many rows as arrived during the previous one.
 */

export interface BatcherOptions<Item, Outcome> {
  /** Does the work for all `items` at once. Resolves to one outcome for each item, in the same order. */
  readonly run: (items: readonly Item[]) => Promise<readonly Outcome[]>
  /** Items with the same key never run at the same time: the later one waits for a later batch. By default all items are independent. */
  readonly keyOf?: (item: Item) => string
  /**
   * Whether a failed batch is repeated item by item, so that one bad row fails alone. Return false if the work may have been done despite
   * the error, as when a connection is lost after a commit. By default always true.
   */
  readonly mayRepeat?: (error: unknown) => boolean
  /** Maximum number of items in one batch. */
  readonly maxItems: number
  /** Maximum number of batches that run at the same time; 1 by default. */
  readonly maxBatches?: number
}

/** Settles with the item's own outcome. An aborted call rejects with the signal's reason and, if it was still waiting, does not run. */
export type Batcher<Item, Outcome> = (item: Item, signal?: AbortSignal) => Promise<Outcome>

interface Call<Item, Outcome> {
  readonly item: Item
  readonly key: string | null
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: unknown) => void
}

export function createBatcher<Item, Outcome>(options: BatcherOptions<Item, Outcome>): Batcher<Item, Outcome> {
  const { run, keyOf, mayRepeat = () => true, maxItems, maxBatches = 1 } = options
  let waiting: Call<Item, Outcome>[] = []
  const running = new Set<string>()
  let batches = 0
  let isStarting = false

  /** Takes the next calls in order of arrival, skipping those whose key is already in this batch or running. */
  function takeBatch(): Call<Item, Outcome>[] {
    const batch: Call<Item, Outcome>[] = []
    const left: Call<Item, Outcome>[] = []
    for (const call of waiting) {
      if (batch.length === maxItems || (call.key !== null && running.has(call.key))) {
        left.push(call)
        continue
      }
      if (call.key !== null) running.add(call.key)
      batch.push(call)
    }
    waiting = left
    return batch
  }

  async function runAll(batch: readonly Call<Item, Outcome>[]): Promise<void> {
    try {
      const outcomes = await run(batch.map(({ item }) => item))
      if (outcomes.length !== batch.length)
        throw new Error(`a batch of ${batch.length} items returned ${outcomes.length} outcomes`)
      for (const [index, call] of batch.entries()) call.resolve(outcomes[index] as Outcome)
    } catch (error) {
      const alone = batch.length > 1 && mayRepeat(error)
      for (const call of batch) {
        if (alone) await runAll([call])
        else call.reject(error)
      }
    }
  }

  async function runNext(): Promise<void> {
    const batch = takeBatch()
    if (batch.length === 0) return
    batches += 1
    await runAll(batch)
    batches -= 1
    for (const { key } of batch) if (key !== null) running.delete(key)
    startSoon()
  }

  /** Starts batches after the current turn of the event loop has read everything that arrived, and before it polls for more. */
  function startSoon(): void {
    if (isStarting) return
    isStarting = true
    setImmediate(startNext)
  }

  function startNext(): void {
    isStarting = false
    while (batches < maxBatches && waiting.length > 0) {
      const before = waiting.length
      void runNext() // never rejects: each call has its own outcome
      if (waiting.length === before) return // the keys of all waiting calls are running
    }
  }

  return (item, signal) => {
    if (signal?.aborted) return Promise.reject(signal.reason)
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
    const call = { item, key: keyOf?.(item) ?? null, resolve, reject }
    waiting.push(call)
    startSoon()
    if (!signal) return promise
    const abort = () => {
      waiting = waiting.filter((other) => other !== call)
      reject(signal.reason)
    }
    signal.addEventListener('abort', abort, { once: true })
    return promise.finally(() => signal.removeEventListener('abort', abort))
  }
}
