/** Limits how many terminals wait in a process: an open stream holds a connection, which polls and pages need too (J02). */

export interface OpenWatches {
  /** Counts a watch of this source. Returns a function that ends it, or null when there are too many. */
  enter(source: string): (() => void) | null
}

export function createOpenWatches(most: { bySource: number; inAll: number }): OpenWatches {
  const bySource = new Map<string, number>()
  let inAll = 0
  return {
    enter(source) {
      const ofSource = bySource.get(source) ?? 0
      if (ofSource >= most.bySource || inAll >= most.inAll) return null
      bySource.set(source, ofSource + 1)
      inAll++
      return () => {
        inAll--
        const left = (bySource.get(source) ?? 0) - 1
        if (left > 0) bySource.set(source, left)
        else bySource.delete(source)
      }
    },
  }
}
