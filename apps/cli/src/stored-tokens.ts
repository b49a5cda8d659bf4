/** Valid access tokens from the saved logins of a run. */
import { createStoredTokens, type StoredTokens } from '@osa/sdk/internal'
import type { CommandContext } from './command.ts'

export function openStoredTokens({ store, network, clock, uninterrupted, flags, io }: CommandContext): StoredTokens {
  const onRefreshed = (): void => {
    if (flags.isSet('verbose')) io.say('Session refreshed (access token had expired)')
  }
  return createStoredTokens({ store: store(), network, clock, uninterrupted, onRefreshed })
}
