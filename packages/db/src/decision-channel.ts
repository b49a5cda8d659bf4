/** The channel on which a database tells all processes of a node of decisions (LISTEN, NOTIFY), and what every way of hearing it has in common. */
import { createDecisionListeners, type DecisionNotices } from '@osa/core'

/** A payload is the hash of a device code, never a code. */
export const decisionChannel = 'osa_device_decisions'

/** A way to hear the channel. */
export interface ChannelHearing {
  /**
   * Begins to hear. `onHearing` is called whenever hearing has begun, or begun again after a gap; `onPayload` for each notice. A
   * channel that cannot be heard is told to the log and tried again, never thrown: polls go on without it.
   */
  start(ear: { onHearing: () => void; onPayload: (payload: string) => void }): void
  stop(): Promise<void>
}

export interface HeardDecisions extends DecisionNotices {
  stop(): Promise<void>
}

/** Hears the channel from the first listener on: commands that only work on the database open no connection for it. */
export const hearDecisions = (hearing: ChannelHearing): HeardDecisions => {
  const { listenForDecision, notify, notifyAll } = createDecisionListeners()
  let isStarted = false
  return {
    listenForDecision(deviceCodeHash, onNotice) {
      if (!isStarted) hearing.start({ onHearing: notifyAll, onPayload: notify })
      isStarted = true
      return listenForDecision(deviceCodeHash, onNotice)
    },
    stop: () => hearing.stop(),
  }
}
