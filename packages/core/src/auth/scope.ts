/** Checks requested scopes against the scopes of a client or of an earlier grant (RFC 6749 §3.3). */
import { type Refusal, refuse } from './refusal.ts'

const scopeToken = /^[\x21\x23-\x5B\x5D-\x7E]+$/

/**
 * Returns the scope to grant, separated by spaces and in the order of `allowed`. Without a requested scope, all of `allowed` is granted.
 * Refuses with `invalid_scope` when a name is malformed or not allowed, and never narrows a scope silently.
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
