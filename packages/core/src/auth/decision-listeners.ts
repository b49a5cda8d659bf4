/** The listeners for decisions in this process. Every implementation of `DecisionNotices` passes its notices to them. */
import type { DecisionNotices } from './store.ts'

export interface DecisionListeners extends DecisionNotices {
  /** Calls the listeners for one device code, by its hash. */
  notify(deviceCodeHash: string): void
  /** Calls all listeners, after a gap in which notices may have been missed. */
  notifyAll(): void
}

export function createDecisionListeners(): DecisionListeners {
  const listeners = new Map<string, Set<() => void>>()
  return {
    listenForDecision(deviceCodeHash, onNotice) {
      const ofCode = listeners.get(deviceCodeHash) ?? new Set()
      const listener = () => onNotice() // a new function, since the same `onNotice` may be passed twice
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
