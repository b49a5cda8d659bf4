/** Who listens for which decision in this process: what every implementation of `DecisionNotices` hands its notices to. */
import type { DecisionNotices } from './store.ts'

export interface DecisionListeners extends DecisionNotices {
  /** A notice for one device code, by its hash. */
  notify(deviceCodeHash: string): void
  /** After a gap in which notices may have been missed: everybody looks for themselves. */
  notifyAll(): void
}

export function createDecisionListeners(): DecisionListeners {
  const listeners = new Map<string, Set<() => void>>()
  return {
    listenForDecision(deviceCodeHash, onNotice) {
      const ofCode = listeners.get(deviceCodeHash) ?? new Set()
      const listener = () => onNotice() // the same function may be given twice
      listeners.set(deviceCodeHash, ofCode.add(listener))
      return () => {
        ofCode.delete(listener)
        if (ofCode.size === 0 && listeners.get(deviceCodeHash) === ofCode) listeners.delete(deviceCodeHash)
      }
    },
    notify(deviceCodeHash) {
      for (const listener of [...(listeners.get(deviceCodeHash) ?? [])]) listener()
    },
    notifyAll() {
      for (const ofCode of [...listeners.values()]) for (const listener of [...ofCode]) listener()
    },
  }
}
