/** Puts the parts of `Auth` together. */
import { createAdministration } from './administration.ts'
import type { Auth } from './auth.ts'
import { authenticateClient } from './client.ts'
import { createConfirmation } from './confirmation.ts'
import type { AuthDependencies } from './dependencies.ts'
import { createDeviceFlow } from './device-flow.ts'
import { createDeviceGrant } from './device-grant.ts'
import { createDeviceWatch } from './device-watch.ts'
import { createPendingPlaces } from './pending-places.ts'
import { createSameComputer } from './same-computer.ts'
import { createSessions } from './sessions.ts'
import { createSignIn } from './sign-in.ts'
import { createKeyRing } from './signing-keys.ts'
import { createTokenOperations } from './tokens.ts'
import { createUnknownCodes } from './unknown-codes.ts'
import { createUserCodeEntry } from './user-code-entry.ts'

/**
 * Creates all operations for signing in. The only state in memory is short-lived: cached keys and the device grant's switch, counts of
 * pending codes, and counts of unknown codes by source.
 */
export function createAuth(deps: AuthDependencies): Auth {
  const ring = createKeyRing(deps)
  const deviceGrant = createDeviceGrant(deps)
  const places = createPendingPlaces(deps)
  const unknownCodes = createUnknownCodes(deps)
  const clientName = (clientId: string) => deps.clients.get(clientId)?.clientName ?? clientId
  return {
    identityProviders: deps.identityProviders,
    authenticateClient: (credentials) => authenticateClient(deps.clients, credentials),
    clientName,
    ...createDeviceFlow({ ...deps, places, unknownCodes }, ring, deviceGrant),
    ...createDeviceWatch(deps, unknownCodes),
    ...createTokenOperations(deps, ring),
    ...createUserCodeEntry(deps, clientName, places),
    ...createSameComputer(deps),
    ...createSignIn(deps),
    ...createConfirmation(deps, clientName, deviceGrant),
    ...createSessions(deps, clientName),
    administration: createAdministration(deps, clientName),
  }
}
