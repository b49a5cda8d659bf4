/** Who calls on the v1 wire: the client that is named, or, when none is, any built-in public client. */
import { type Auth, builtInClients, isRefusal, type PresentingClients, type Refusal } from '@osa/core'

/** The clients a code or token may belong to. Refuses with `invalid_client`, also for confidential clients: v1 takes no secret. */
export const presentingClients = (auth: Auth, clientId: string | undefined): PresentingClients | Refusal => {
  if (clientId === undefined) return builtInClients
  const client = auth.authenticateClient({ clientId })
  return isRefusal(client) ? client : [client]
}
