/** The client that presents a code or token: the named one, or any built-in public client when none is named, since these share saved logins. */
import { type Auth, builtInClients, isRefusal, type PresentingClients, type Refusal } from '@osa/core'

/**
 * Returns the clients that a code or token may belong to. Refuses with `invalid_client`, also for a confidential client, because
 * this wire accepts no client secret.
 */
export function presentingClients(
  auth: Pick<Auth, 'authenticateClient'>,
  clientId: string | undefined,
): PresentingClients | Refusal {
  if (clientId === undefined) return builtInClients
  const client = auth.authenticateClient({ clientId })
  return isRefusal(client) ? client : [client]
}
