/** Names that look like settings but are none: usually a slip of the finger, and then the node runs without what was meant. */
import { nearestName } from '../nearest-name.ts'
import { settings } from './settings.ts'

/** Settings of the command line, which may share an environment with a node. */
const ofTheCommandLine = new Set(['OSA_SERVER', 'OSA_TOKEN', 'OSA_REGISTRY'])

/** One warning for each unknown `OSA_…` name, with the nearest known one. */
export const unknownSettings = (env: NodeJS.ProcessEnv): string[] =>
  Object.keys(env)
    .filter((name) => name.startsWith('OSA_') && !(name in settings) && !ofTheCommandLine.has(name))
    .map((name) => {
      const nearest = nearestName(name, Object.keys(settings))
      return `${name} is not a setting of this node and is ignored${nearest ? `; did you mean ${nearest}?` : ''}`
    })
