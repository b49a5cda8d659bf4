/** Puts the parts together into the one object that every wire holds. */
import type { Auth } from './auth.ts'
import { authenticateClient } from './client.ts'
import { createConfirmation } from './confirmation.ts'
import type { AuthDependencies } from './dependencies.ts'
import { createDeviceFlow } from './device-flow.ts'
import { createSessions } from './sessions.ts'
import { createSignIn } from './sign-in.ts'
import { createKeyRing } from './signing-keys.ts'
import { createTokens } from './tokens.ts'
import { createUserCodeEntry } from './user-code-entry.ts'

/** Everything a node does about signing in, over its dependencies. Holds no state but a cached key ring. */
export const createAuth = (deps: AuthDependencies): Auth => {
  const ring = createKeyRing(deps)
  const clientName = (clientId: string) => deps.clients.get(clientId)?.clientName ?? clientId
  return {
    identityProviders: deps.identityProviders,
    authenticateClient: (credentials) => authenticateClient(deps.clients, credentials),
    clientName,
    ...createDeviceFlow(deps, ring),
    ...createTokens(deps, ring),
    ...createUserCodeEntry(deps, clientName),
    ...createSignIn(deps),
    ...createConfirmation(deps, clientName),
    ...createSessions(deps, clientName),
  }
}
