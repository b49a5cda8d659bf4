/** The channel that announces decisions to all processes of a node (LISTEN, NOTIFY), and the interface of its listeners. */
import { createDecisionListeners, type DecisionNotices } from '@osa/core'

/** Payloads are hashes of device codes, never the codes themselves. */
export const decisionChannel = 'osa_device_decisions'

/** Listens to the channel; one implementation for each kind of database. */
export interface ChannelListener {
  /**
   * Starts listening. Calls `onListening` each time listening has started, also after an interruption, and `onPayload` for each notice.
   * A failure is logged, never thrown, because polls work without notices.
   */
  start(callbacks: { onListening: () => void; onPayload: (payload: string) => void }): void
  stop(): Promise<void>
}

export interface ClosableDecisionNotices extends DecisionNotices {
  stop(): Promise<void>
}

/** Starts listening at the first call of `listenForDecision`, so that commands that only use the database open no extra connection. */
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
