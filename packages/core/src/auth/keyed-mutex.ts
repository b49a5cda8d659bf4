/** Work of the same key one after another, of different keys side by side; in one process, bounded. */

export interface KeyedMutex {
  /** Runs `work` when all that came before it under `key` is done. Null when too many wait already. */
  run<T>(key: string, work: () => Promise<T>): Promise<T> | null
}

export function createKeyedMutex(maxWaiting: number): KeyedMutex {
  const queues = new Map<string, { last: Promise<unknown>; waiting: number }>()
  return {
    run(key, work) {
      const queue = queues.get(key) ?? { last: Promise.resolve(), waiting: 0 }
      if (queue.waiting >= maxWaiting) return null
      queue.waiting++
      queues.set(key, queue)
      const done = queue.last.then(work).finally(() => {
        queue.waiting--
        if (queue.waiting === 0) queues.delete(key)
      })
      // the caller gets its failure; the next in the queue only needs to know that it is over
      queue.last = done.catch(() => undefined)
      return done
    },
  }
}
