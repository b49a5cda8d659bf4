/** Who presents a code or token: the client that is named, or, when none is, any built-in public client, since they share saved logins. */
import { type Auth, builtInClients, isRefusal, type PresentingClients, type Refusal } from '@osa/core'

/** The clients that a code or token may belong to. Refuses with `invalid_client`, also for confidential clients: no secret is taken here. */
export function presentingClients(
  auth: Pick<Auth, 'authenticateClient'>,
  clientId: string | undefined,
): PresentingClients | Refusal {
  if (clientId === undefined) return builtInClients
  const client = auth.authenticateClient({ clientId })
  return isRefusal(client) ? client : [client]
}
