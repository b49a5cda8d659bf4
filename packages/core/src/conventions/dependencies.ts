/** The dependencies of the operations on conventions. */
import type { AuthDependencies } from '../auth/dependencies.ts'
import type { ConventionStore } from './ports.ts'

export type ConventionDependencies = Pick<AuthDependencies, 'limiter' | 'roleGrants' | 'now' | 'random'> & {
  readonly store: ConventionStore
}
