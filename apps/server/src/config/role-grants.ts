/** Roles granted by configuration: administrators by (issuer, subject), and the made-up people of the development sign-in (L05). */
import type { Role } from '@osa/contract'
import type { RoleGrants } from '@osa/core'
import { developmentPeople } from '../identity/development-people.ts'

/** Consulted on each request and never stored, so removing an entry removes the role at the next start. */
export function createRoleGrants(options: {
  admins: readonly { issuer: string; subject: string }[]
  /** Issuer of the development sign-in; null if it is off. */
  developmentIssuer: string | null
}): RoleGrants {
  const { admins, developmentIssuer } = options
  const roles = new Map<string, Role>()
  if (developmentIssuer !== null) {
    for (const { subject, role } of developmentPeople) roles.set(`${developmentIssuer}#${subject}`, role)
  }
  for (const { issuer, subject } of admins) roles.set(`${issuer}#${subject}`, 'admin')
  return ({ issuer, subject }) => roles.get(`${issuer}#${subject}`) ?? null
}
