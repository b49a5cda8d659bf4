/** Counts what deploys come to, whichever wire they came over. */
import { type Conventions, isDeployRejection } from '@osa/core'
import type { Metrics } from './metrics.ts'

/** The same operations, each deploy counted: `changed`, `unchanged`, or why it was refused. */
export const countDeploys = (conventions: Conventions, { countDeploy }: Pick<Metrics, 'countDeploy'>): Conventions => ({
  ...conventions,
  async deploy(request) {
    const outcome = await conventions.deploy(request)
    if (isDeployRejection(outcome)) countDeploy(outcome.error)
    else countDeploy(outcome.conventions.some(({ changed }) => changed) ? 'changed' : 'unchanged')
    return outcome
  },
})
