/** Fictional people for the development sign-in, one for each role. The first is the example person in ORCID's documentation. */
import type { Role } from '@osa/contract'

export interface DevelopmentPerson {
  /** A valid ORCID iD. */
  readonly subject: string
  readonly name: string
  readonly role: Role
}

export const developmentPeople: readonly DevelopmentPerson[] = [
  { subject: '0000-0002-1825-0097', name: 'Josiah Carberry', role: 'admin' },
  { subject: '0000-0001-5109-3700', name: 'Ada Example', role: 'publisher' },
  { subject: '0000-0002-1694-233X', name: 'Sam Sample', role: 'user' },
]
