/** Names that look like settings but are none: usually a slip of the finger, and then the node runs without what was meant. */
import { settings } from './settings.ts'

/** Settings of the command line, which may share an environment with a node. */
const ofTheCommandLine = new Set(['OSA_SERVER', 'OSA_TOKEN', 'OSA_REGISTRY'])

/** One warning for each unknown `OSA_…` name, with the nearest known one. */
export const unknownSettings = (env: NodeJS.ProcessEnv): string[] =>
  Object.keys(env)
    .filter((name) => name.startsWith('OSA_') && !(name in settings) && !ofTheCommandLine.has(name))
    .map((name) => {
      const nearest = nearestName(name)
      return `${name} is not a setting of this node and is ignored${nearest ? `; did you mean ${nearest}?` : ''}`
    })

function nearestName(name: string): string | null {
  const [nearest] = Object.keys(settings)
    .map((known) => ({ known, distance: editDistance(name, known) }))
    .sort((a, b) => a.distance - b.distance)
  return nearest && nearest.distance <= Math.ceil(name.length / 3) ? nearest.known : null
}

/** Levenshtein distance, row by row. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (const [row, letter] of [...a].entries()) {
    const next = [row + 1]
    for (const [column, other] of [...b].entries()) {
      const replaced = (previous[column] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    previous = next
  }
  return previous[b.length] ?? 0
}
