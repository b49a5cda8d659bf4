/** The scopes that a client may request and the roles that a person may have. `core` decides what each allows. */
import * as z from 'zod/mini'

export const scopes = ['profile', 'conventions:write'] as const
export type Scope = (typeof scopes)[number]

/** A description of each scope for people, shown on the confirm page and by `osa login`. */
export const scopeSentences: Readonly<Record<Scope, string>> = {
  profile: 'See who you are: your name and ORCID iD',
  'conventions:write': 'Register and update conventions in your name',
}

/** In ascending order: each role may do everything that the role before it may do. */
export const roles = ['user', 'publisher', 'admin'] as const
export const role = z.enum(roles)
/** What a person may do at a node. Each role may do everything that the role before it may do. */
export type Role = (typeof roles)[number]

/** The clients that every node has without configuration. */
export const builtInClientIds = { cli: 'osa-cli', python: 'osa-py' } as const
