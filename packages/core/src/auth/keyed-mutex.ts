/** Runs work under the same key one at a time, and under different keys concurrently, in one process. Queues are limited. */

export interface KeyedMutex {
  /** Runs `work` after all earlier work under `key`. Returns null when the queue is full. */
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
      // the caller gets the error; the next in the queue only waits for the end
      queue.last = done.catch(() => undefined)
      return done
    },
  }
}
