/** OAuth clients: who may ask (RFC 6749 §2). Two public ones are built in, a node's operator may register more. */

import { createHash } from 'node:crypto'
import { builtInClientIds, deviceCodeGrantType, type GrantType, refreshTokenGrantType, scopes } from '@osa/contract'
import { type Refusal, refuse } from './refusal.ts'
import { equalInConstantTime } from './secret.ts'

export interface Client {
  readonly clientId: string
  readonly clientName: string
  readonly grantTypes: readonly GrantType[]
  /** Everything this client may be granted; also the default when it asks for nothing (RFC 6749 §3.3). */
  readonly scope: readonly string[]
  /** SHA-256 of the secret, lower-case hex; its presence makes the client confidential. */
  readonly clientSecretSha256?: string
}

/**
 * Who presents a code or a refresh token: the clients it may belong to. One on `/oauth`; on the v1 wire, where no
 * client_id need be sent, any built-in public client, since a public client proves nothing by naming itself.
 */
export type PresentingClients = readonly [Client, ...Client[]]

/**
 * Those of the clients that are registered for a grant. Refuses with `unauthorized_client` when none is (RFC 6749 §5.2): every operation
 * that exchanges something asks here, so that no wire can forget it (B19).
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

/** How a request names its client: `client_id` in the body, or HTTP Basic (RFC 6749 §2.3.1). */
export interface ClientCredentials {
  readonly clientId: string
  readonly clientSecret?: string
}

/**
 * Finds and authenticates the client of a request (RFC 6749 §2.3). Refuses with `invalid_client` when it is unknown, when a
 * confidential client's secret is missing or wrong, and when a public client sends one (A21).
 */
export function authenticateClient(
  clients: ReadonlyMap<string, Client>,
  credentials: ClientCredentials,
): Client | Refusal {
  const client = clients.get(credentials.clientId)
  if (!client) return refuse('invalid_client', 'The client is not known here.')
  const { clientSecret } = credentials
  if (client.clientSecretSha256 === undefined) {
    return clientSecret === undefined ? client : refuse('invalid_client', 'A public client has no secret.')
  }
  const presented = clientSecret === undefined ? '' : createHash('sha256').update(clientSecret).digest('hex')
  return equalInConstantTime(presented, client.clientSecretSha256)
    ? client
    : refuse('invalid_client', 'The client could not be authenticated.')
}
