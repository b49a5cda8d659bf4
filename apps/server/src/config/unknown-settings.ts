/** Finds unknown `OSA_…` variables: usually typing errors, because of which the node runs without the intended setting. */
import { nearestName } from '../nearest-name.ts'
import { settings } from './settings.ts'

/** Variables of the `osa` command, which may share an environment with a node. */
const commandVariables = new Set(['OSA_SERVER', 'OSA_TOKEN', 'OSA_REGISTRY'])

/** Returns one warning for each unknown `OSA_…` name, suggesting the nearest known one. */
export const unknownSettings = (env: NodeJS.ProcessEnv): string[] =>
  Object.keys(env)
    .filter((name) => name.startsWith('OSA_') && !(name in settings) && !commandVariables.has(name))
    .map((name) => {
      const nearest = nearestName(name, Object.keys(settings))
      return `${name} is not a setting of this node and is ignored${nearest ? `; did you mean ${nearest}?` : ''}`
    })
