/** Who may register conventions: a token that was granted it, in the hands of a publisher or an administrator (F14, F16). */
import { type DeployRefusal, type Role, roles, type Scope } from '@osa/contract'
import type { Principal } from '../auth/auth.ts'

const neededScope: Scope = 'conventions:write'
const neededRoles = roles.slice(roles.indexOf('publisher'))

/** Null for who may register conventions, as their token and the database say at this moment. */
export const refuseDeploy = ({ scope, role }: Pick<Principal, 'scope' | 'role'>): DeployRefusal | null =>
  refuseScope(scope) ?? refuseRole(role)

/** Null when the granted scope is enough (RFC 6750 §3.1). */
export const refuseScope = (granted: readonly string[]): DeployRefusal | null =>
  granted.includes(neededScope)
    ? null
    : {
        error: 'insufficient_scope',
        error_description: `This needs an access token with the scope ${neededScope}. Sign in again and ask for it.`,
        scope: neededScope,
      }

/** Null when the role is enough. */
export const refuseRole = (role: Role): DeployRefusal | null =>
  neededRoles.includes(role)
    ? null
    : {
        error: 'forbidden',
        error_description: `Registering conventions needs the role ${neededRoles.join(' or ')}; this account has the role ${role}. An administrator of the archive can give it.`,
        role,
        needed_roles: neededRoles,
      }
