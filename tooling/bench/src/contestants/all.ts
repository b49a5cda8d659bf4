/** Everybody who takes part, by name. */
import { betterAuth } from './better-auth.ts'
import type { Contestant } from './contestant.ts'
import { bareHandler, fixedHono, fixedHttp } from './floors.ts'
import { oidcProvider } from './oidc-provider.ts'
import { osaNode } from './osa-node.ts'

/** Servers that can do the work; the floor last. */
export const workers: readonly Contestant[] = [osaNode, oidcProvider, betterAuth, bareHandler]
export const fixedAnswers: readonly Contestant[] = [fixedHono, fixedHttp]

export function contestantNamed(name: string): Contestant {
  const found = [...workers, ...fixedAnswers].find((contestant) => contestant.name === name)
  if (!found) throw new TypeError(`nobody is called ${name}`)
  return found
}
