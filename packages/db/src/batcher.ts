/**
 * Natural batches: calls of one turn of the event loop go together, and while one statement of a kind is on its way, the calls that arrive
 * meanwhile wait and go together in the next. There is no timer: a call on an idle batcher starts as soon as the requests that arrived
 * with it are read, and under load a statement carries as many rows as arrived during the last one.
 */

export interface BatcherOptions<Item, Outcome> {
  /** Does the work of all `items` in one go; outcomes in the same order, one for each item. */
  readonly run: (items: readonly Item[]) => Promise<readonly Outcome[]>
  /** Two items with one key never run at the same time: the later one waits for a later batch. By default all items are independent. */
  readonly keyOf?: (item: Item) => string
  /**
   * Whether a failed batch is repeated item by item, so that one bad row fails alone. Say no where the work may have been done although it
   * failed, as with a connection that was lost after a commit. By default always.
   */
  readonly mayRepeat?: (error: unknown) => boolean
  /** Items in one batch, at most. */
  readonly maxItems: number
  /** Batches on their way at once, at most. */
  readonly maxBatches?: number
}

/** Resolves or rejects with the item's own outcome. An aborted call rejects with the signal's reason, and does not run if it was still waiting. */
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

  /** The next calls in order of arrival, no two with one key and none whose key is running. */
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
      if (outcomes.length !== batch.length) throw new Error(`${batch.length} items came to ${outcomes.length} outcomes`)
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

  /** After whatever else has arrived in this turn of the event loop, and before it waits for anything new. */
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
      if (waiting.length === before) return // all that wait have a key that is running
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
