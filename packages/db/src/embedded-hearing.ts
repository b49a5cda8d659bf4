/** Hears decisions on the embedded database, on its one connection. */

import type { Connections } from './connections.ts'
import { type ChannelHearing, decisionChannel } from './decision-channel.ts'
import { listenForDecisions } from './raw-statements.ts'

/** The part of PGlite that is needed here. */
export interface NotifyingInstance {
  onNotification(callback: (channel: string, payload: string) => void): () => void
}

/**
 * `run` takes its turn among the statements: a LISTEN that slipped into another's transaction would be undone with it. `instance` is
 * asked for when hearing begins.
 */
export const embeddedHearing = (options: {
  run: Connections['run']
  instance: () => Promise<NotifyingInstance>
  log: (line: string) => void
}): ChannelHearing => {
  const { run, instance, log } = options
  let end = (): void => undefined
  let begun: Promise<void> = Promise.resolve()

  const begin = async ({ onHearing, onPayload }: Parameters<ChannelHearing['start']>[0]): Promise<void> => {
    try {
      await run(({ query }) => listenForDecisions(query))
      end = (await instance()).onNotification((channel, payload) => {
        if (channel === decisionChannel) onPayload(payload)
      })
      onHearing()
    } catch (error) {
      log(`decisions cannot be heard: ${error instanceof Error ? error.message : error}`)
    }
  }

  return {
    start(ear) {
      begun = begin(ear)
    },
    async stop() {
      await begun
      end()
    },
  }
}
