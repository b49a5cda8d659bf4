/** Whether a person may deploy. The server decides; their roles, if known, allow an earlier refusal. */
import type { NotAllowed } from '@osa/sdk/deploy'
import { OsaError, type SignedInUser } from '@osa/sdk/node'
import type { ResolvedServer } from '../server-resolution.ts'
import type { DeployCredentials } from './deploy-credentials.ts'

const rolesThatDeploy = ['publisher', 'admin']

const nameOf = (user: SignedInUser): string => user.display_name ?? user.external_id

function sentence({ user, server, why }: { user: SignedInUser; server: ResolvedServer; why: NotAllowed }): string {
  const base = `${nameOf(user)} may not deploy to ${server.url}`
  if ('neededRoles' in why) return `${base} (needs role ${why.neededRoles.join(' or ')})`
  return 'missingScope' in why ? `${base} with this login (needs scope ${why.missingScope})` : `${base} (${why.said})`
}

/** Returns the error `forbidden`, with the role or scope that is needed. */
export function notAllowed(
  user: SignedInUser,
  server: ResolvedServer,
  signer: DeployCredentials,
  why: NotAllowed,
): OsaError {
  const renew = signer.source === 'stored login' ? 'Run osa login --force' : 'Create a token with that scope'
  return new OsaError('forbidden', sentence({ user, server, why }), {
    server: server.url,
    status: 403,
    hint: 'missingScope' in why ? renew : 'Ask an administrator of the archive',
  })
}

/** Throws `forbidden` before anything is built if the person's only role is `user`. Unknown roles pass: the server decides about them. */
export function checkRole(user: SignedInUser, server: ResolvedServer, signer: DeployCredentials): void {
  if (user.roles.length === 0 || user.roles.some((role) => role !== 'user')) return
  throw notAllowed(user, server, signer, { neededRoles: rolesThatDeploy })
}
