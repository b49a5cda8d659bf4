/** Hears decisions on the embedded database, on its one connection. */
import { type ChannelHearing, decisionChannel } from './decision-channel.ts'
import type { Sql } from './sql.ts'

/** The part of PGlite that is needed here. */
export interface NotifyingInstance {
  onNotification(callback: (channel: string, payload: string) => void): () => void
}

/**
 * `sql` takes its turn among the statements: a LISTEN that slipped into another's transaction would be undone with it. `instance` is
 * asked for when hearing begins.
 */
export const embeddedHearing = (options: {
  sql: Sql
  instance: () => Promise<NotifyingInstance>
  log: (line: string) => void
}): ChannelHearing => {
  const { sql, instance, log } = options
  let end = (): void => undefined
  let begun: Promise<void> = Promise.resolve()

  const begin = async ({ onHearing, onPayload }: Parameters<ChannelHearing['start']>[0]): Promise<void> => {
    try {
      await sql(`listen ${decisionChannel}`)
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
