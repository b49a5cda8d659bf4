/** Valid access tokens from the saved logins of a run. */
import { createSession, type Session } from '@osa/sdk/node'
import type { CommandContext } from './command.ts'

export const openSession = ({ store, network, clock, uninterrupted, flags, io }: CommandContext): Session => {
  const onRefreshed = (): void => {
    if (flags.isSet('verbose')) io.say('Session refreshed (access token had expired)')
  }
  return createSession({ store: store(), network, clock, uninterrupted, onRefreshed })
}
