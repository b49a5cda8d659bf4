/** The channel on which a database tells all processes of a node of decisions (LISTEN, NOTIFY), and what its listeners have in common. */
import { createDecisionListeners, type DecisionNotices } from '@osa/core'

/** A payload is the hash of a device code, never a code. */
export const decisionChannel = 'osa_device_decisions'

/** Listens to the channel on one kind of database. */
export interface ChannelListener {
  /**
   * Starts listening. `onListening` is called whenever listening has started, or started again after an interruption; `onPayload` for each
   * notice. A failure is logged and tried again, never thrown: polls go on without it.
   */
  start(callbacks: { onListening: () => void; onPayload: (payload: string) => void }): void
  stop(): Promise<void>
}

export interface ClosableDecisionNotices extends DecisionNotices {
  stop(): Promise<void>
}

/** Listens from the first caller of `listenForDecision` on: commands that only work on the database open no connection for it. */
export function decisionNotices(channel: ChannelListener): ClosableDecisionNotices {
  const { listenForDecision, notify, notifyAll } = createDecisionListeners()
  let isStarted = false
  return {
    listenForDecision(deviceCodeHash, onNotice) {
      if (!isStarted) channel.start({ onListening: notifyAll, onPayload: notify })
      isStarted = true
      return listenForDecision(deviceCodeHash, onNotice)
    },
    stop: () => channel.stop(),
  }
}
