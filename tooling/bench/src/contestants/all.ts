/** All contestants, by name. */
import { betterAuth } from './better-auth.ts'
import type { Contestant } from './contestant.ts'
import { bareHandler, fixedHono, fixedHttp } from './floors.ts'
import { oidcProvider } from './oidc-provider.ts'
import { osaNode } from './osa-node.ts'

/** The servers that can do the work; the floor is last. */
export const workers: readonly Contestant[] = [osaNode, oidcProvider, betterAuth, bareHandler]
export const fixedAnswers: readonly Contestant[] = [fixedHono, fixedHttp]

export function contestantNamed(name: string): Contestant {
  const found = [...workers, ...fixedAnswers].find((contestant) => contestant.name === name)
  if (!found) throw new TypeError(`unknown contestant: ${name}`)
  return found
}
