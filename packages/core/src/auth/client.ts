/** OAuth clients (RFC 6749 §2). Two public ones are built in; the operator of a node may register more. */
import { createHash } from 'node:crypto'
import { builtInClientIds, deviceCodeGrantType, type GrantType, refreshTokenGrantType, scopes } from '@osa/contract'
import { type Refusal, refuse } from './refusal.ts'
import { equalInConstantTime } from './secret.ts'

export interface Client {
  readonly clientId: string
  readonly clientName: string
  readonly grantTypes: readonly GrantType[]
  /** All scopes that this client may be granted. A request without a scope gets all of them (RFC 6749 §3.3). */
  readonly scope: readonly string[]
  /** SHA-256 of the secret, lower-case hex. A client with a secret is confidential. */
  readonly clientSecretSha256?: string
}

/**
 * The clients that a presented code or refresh token may belong to. On `/oauth` this is one client. A request on another wire may omit the
 * client id, and then it is any built-in public client: a public client proves nothing by naming itself.
 */
export type PresentingClients = readonly [Client, ...Client[]]

/**
 * Returns the clients that are registered for a grant. Refuses with `unauthorized_client` when none is (RFC 6749 §5.2). The operations
 * call it themselves, so that no wire can forget the check (B19).
 */
export function registeredFor(clients: PresentingClients, grantType: GrantType): PresentingClients | Refusal {
  const [first, ...others] = clients.filter(({ grantTypes }) => grantTypes.includes(grantType))
  return first ? [first, ...others] : refuse('unauthorized_client', 'This client may not use the grant type.')
}

const builtIn = (clientId: string, clientName: string): Client => ({
  clientId,
  clientName,
  grantTypes: [deviceCodeGrantType, refreshTokenGrantType],
  scope: scopes,
})

export const builtInClients: PresentingClients = [
  builtIn(builtInClientIds.cli, 'OSA command line'),
  builtIn(builtInClientIds.python, 'OSA command line (Python)'),
]

/** The client credentials of a request: `client_id` in the body, or HTTP Basic (RFC 6749 §2.3.1). */
export interface ClientCredentials {
  readonly clientId: string
  readonly clientSecret?: string
}

/**
 * Finds and authenticates the client of a request (RFC 6749 §2.3). Refuses with `invalid_client` when the client is unknown, when the secret
 * of a confidential client is missing or wrong, and when a public client sends a secret (A21).
 */
export function authenticateClient(
  clients: ReadonlyMap<string, Client>,
  credentials: ClientCredentials,
): Client | Refusal {
  const client = clients.get(credentials.clientId)
  if (!client) return refuse('invalid_client', 'The client is not registered at this archive.')
  const { clientSecret } = credentials
  if (client.clientSecretSha256 === undefined) {
    return clientSecret === undefined ? client : refuse('invalid_client', 'A public client must not send a secret.')
  }
  const presented = clientSecret === undefined ? '' : createHash('sha256').update(clientSecret).digest('hex')
  return equalInConstantTime(presented, client.clientSecretSha256)
    ? client
    : refuse('invalid_client', 'The client could not be authenticated.')
}
