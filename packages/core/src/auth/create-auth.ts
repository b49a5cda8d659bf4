/** Puts the parts together into the one object that every wire holds. */
import type { Auth } from './auth.ts'
import { authenticateClient } from './client.ts'
import { createConfirmation } from './confirmation.ts'
import type { AuthDependencies } from './dependencies.ts'
import { createDeviceFlow } from './device-flow.ts'
import { createDeviceGrant } from './device-grant.ts'
import { createDeviceWatch } from './device-watch.ts'
import { createSessions } from './sessions.ts'
import { createSignIn } from './sign-in.ts'
import { createKeyRing } from './signing-keys.ts'
import { createTokens } from './tokens.ts'
import { createUserCodeEntry } from './user-code-entry.ts'

/** Everything a node does about signing in, over its dependencies. Holds no state but a key ring and a switch, remembered for half a minute. */
export const createAuth = (deps: AuthDependencies): Auth => {
  const ring = createKeyRing(deps)
  const deviceGrant = createDeviceGrant(deps)
  const clientName = (clientId: string) => deps.clients.get(clientId)?.clientName ?? clientId
  return {
    identityProviders: deps.identityProviders,
    authenticateClient: (credentials) => authenticateClient(deps.clients, credentials),
    clientName,
    ...createDeviceFlow(deps, ring, deviceGrant),
    ...createDeviceWatch(deps),
    ...createTokens(deps, ring),
    ...createUserCodeEntry(deps, clientName),
    ...createSignIn(deps),
    ...createConfirmation(deps, clientName, deviceGrant),
    ...createSessions(deps, clientName),
  }
}
