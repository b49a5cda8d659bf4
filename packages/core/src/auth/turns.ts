/** Work of the same key one after another, of different keys side by side; in one process, bounded. */

export interface Turns {
  /** Runs `work` when all that came before it under `key` is done. Null when too many wait already. */
  take<T>(key: string, work: () => Promise<T>): Promise<T> | null
}

export const createTurns = (maxWaiting: number): Turns => {
  const lines = new Map<string, { last: Promise<unknown>; waiting: number }>()
  return {
    take(key, work) {
      const line = lines.get(key) ?? { last: Promise.resolve(), waiting: 0 }
      if (line.waiting >= maxWaiting) return null
      line.waiting++
      lines.set(key, line)
      const turn = line.last.then(work).finally(() => {
        line.waiting--
        if (line.waiting === 0) lines.delete(key)
      })
      // whoever asked for the turn hears of its failure; the next in line only needs to know that it is over
      line.last = turn.catch(() => undefined)
      return turn
    },
  }
}
