/** The permission to register conventions: it needs an access token with the scope, of a publisher or an administrator (F14, F16). */
import { type DeployRefusal, type Role, roles, type Scope } from '@osa/contract'
import type { Principal } from '../auth/auth.ts'

const neededScope: Scope = 'conventions:write'
const neededRoles = roles.slice(roles.indexOf('publisher'))

/** Returns why this caller may not register conventions; null if they may. */
export const refuseDeploy = ({ scope, role }: Pick<Principal, 'scope' | 'role'>): DeployRefusal | null =>
  refuseScope(scope) ?? refuseRole(role)

/** Returns null if the granted scope is sufficient (RFC 6750 §3.1). */
export const refuseScope = (granted: readonly string[]): DeployRefusal | null =>
  granted.includes(neededScope)
    ? null
    : {
        error: 'insufficient_scope',
        error_description: `This needs an access token with the scope ${neededScope}. Sign in again and request it.`,
        scope: neededScope,
      }

/** Returns null if the role is sufficient. */
export const refuseRole = (role: Role): DeployRefusal | null =>
  neededRoles.includes(role)
    ? null
    : {
        error: 'forbidden',
        error_description: `Registering conventions needs the role ${neededRoles.join(' or ')}; this account has the role ${role}. An administrator of the archive can grant it.`,
        role,
        needed_roles: neededRoles,
      }
