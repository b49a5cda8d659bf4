/** Scopes of a request against what a client, or an earlier grant, allows (RFC 6749 §3.3). */
import { type Refusal, refuse } from './refusal.ts'

const scopeToken = /^[\x21\x23-\x5B\x5D-\x7E]+$/

/**
 * The scope to grant, space-separated in the order of `allowed`, which is also the default when nothing is asked for.
 * Refuses with `invalid_scope` when a name is malformed or not allowed: nothing is narrowed silently.
 */
export function grantScope(requested: string | undefined, allowed: readonly string[]): string | Refusal {
  if (requested === undefined) return allowed.join(' ')
  const names = new Set(requested.split(' '))
  const known = [...names].every((name) => scopeToken.test(name) && allowed.includes(name))
  return known
    ? allowed.filter((name) => names.has(name)).join(' ')
    : refuse('invalid_scope', 'The scope is malformed or not available to this client.')
}

export const scopeList = (scope: string): string[] => scope.split(' ').filter((name) => name !== '')
