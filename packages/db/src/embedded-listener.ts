/** Listens for decisions on the embedded database, on its one connection. */

import type { Connections } from './connections.ts'
import { type ChannelListener, decisionChannel } from './decision-channel.ts'
import { listenForDecisions } from './raw-statements.ts'

/** The part of PGlite that is needed here. */
export interface NotifyingInstance {
  onNotification(callback: (channel: string, payload: string) => void): () => void
}

/**
 * `run` queues among the statements: a LISTEN inside somebody else's transaction would be rolled back with it. `instance` is called when
 * listening starts.
 */
export function embeddedListener(options: {
  run: Connections['run']
  instance: () => Promise<NotifyingInstance>
  log: (line: string) => void
}): ChannelListener {
  const { run, instance, log } = options
  let end = (): void => undefined
  let begun: Promise<void> = Promise.resolve()

  const begin = async ({ onListening, onPayload }: Parameters<ChannelListener['start']>[0]): Promise<void> => {
    try {
      await run(({ query }) => listenForDecisions(query))
      end = (await instance()).onNotification((channel, payload) => {
        if (channel === decisionChannel) onPayload(payload)
      })
      onListening()
    } catch (error) {
      log(`cannot listen for decisions: ${error instanceof Error ? error.message : error}`)
    }
  }

  return {
    start(callbacks) {
      begun = begin(callbacks)
    },
    async stop() {
      await begun
      end()
    },
  }
}
