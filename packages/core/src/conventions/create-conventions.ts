/** Puts the parts of `Conventions` together. */
import type { Conventions } from './conventions.ts'
import { createDeploying } from './deploy.ts'
import type { ConventionDependencies } from './ports.ts'
import { createReading } from './read.ts'

export const createConventions = (deps: ConventionDependencies): Conventions => ({
  ...createDeploying(deps),
  ...createReading(deps),
})
