/** Scopes a client may ask for and roles a person may have. What each allows is decided in `core`. */
import * as z from 'zod/mini'

export const scopes = ['profile', 'conventions:write'] as const
export type Scope = (typeof scopes)[number]

/** A sentence for each scope, as the confirm page and `osa login` show it to a person. */
export const scopeSentences: Readonly<Record<Scope, string>> = {
  profile: 'See who you are: your name and ORCID iD',
  'conventions:write': 'Register and update conventions in your name',
}

/** Ascending: each role may do what the one before it may. */
export const roles = ['user', 'publisher', 'admin'] as const
export const role = z.enum(roles)
/** What a person may do at a node; each role may do what the one before it may. */
export type Role = (typeof roles)[number]

/** The clients that every node knows without configuration. */
export const builtInClientIds = { cli: 'osa-cli', python: 'osa-py' } as const
