/** Returns the known name closest to a misspelt `name`, or null if more than a third of its letters differ. */
export function nearestName(name: string, known: readonly string[]): string | null {
  const [nearest] = known
    .map((candidate) => ({ candidate, distance: editDistance(name.slice(0, 256), candidate) }))
    .sort((a, b) => a.distance - b.distance)
  return nearest && nearest.distance <= Math.ceil(name.length / 3) ? nearest.candidate : null
}

/** Computes the Levenshtein distance row by row. */
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
