/** Listens for decisions on the embedded database, which has only one connection. */

import type { Connections } from './connections.ts'
import { type ChannelListener, decisionChannel } from './decision-channel.ts'
import { listenForDecisions } from './raw-statements.ts'

/** The part of PGlite that the listener needs. */
export interface NotifyingInstance {
  onNotification(callback: (channel: string, payload: string) => void): () => void
}

/**
 * Runs LISTEN through `run`, which queues it behind other work: inside another transaction it would be rolled back with that. Calls
 * `instance` when listening starts.
 */
export function embeddedListener(options: {
  run: Connections['run']
  instance: () => Promise<NotifyingInstance>
  log: (line: string) => void
}): ChannelListener {
  const { run, instance, log } = options
  let unsubscribe = (): void => undefined
  let starting: Promise<void> = Promise.resolve()

  const listen = async ({ onListening, onPayload }: Parameters<ChannelListener['start']>[0]): Promise<void> => {
    try {
      await run(({ query }) => listenForDecisions(query))
      unsubscribe = (await instance()).onNotification((channel, payload) => {
        if (channel === decisionChannel) onPayload(payload)
      })
      onListening()
    } catch (error) {
      log(`cannot listen for decisions: ${error instanceof Error ? error.message : error}`)
    }
  }

  return {
    start(callbacks) {
      starting = listen(callbacks)
    },
    async stop() {
      await starting
      unsubscribe()
    },
  }
}
