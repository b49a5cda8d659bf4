/** Finds the word that a person probably meant to type. */

/** The number of letters to add, drop, change or swap with their neighbour (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...b].entries()) {
      const change = (row[j] ?? 0) + (letter === other ? 0 : 1)
      const isSwapped = i > 0 && j > 0 && letter === b[j - 1] && a[i - 1] === other
      const swap = isSwapped ? (before[j - 1] ?? 0) + 1 : Number.POSITIVE_INFINITY
      next.push(Math.min(change, swap, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    before = row
    row = next
  }
  return row.at(-1) ?? 0
}

/** Two wrong letters turn a short word into a different one. */
const mostWrongLetters = (typed: string): number => (typed.length < 5 ? 1 : 2)

/**
 * Returns the nearest candidate that is at most two letters away from `typed` (one letter, if `typed` is short); null if there is none. Of
 * equally near candidates, one with the same first letter wins.
 */
export function nearest(typed: string, candidates: readonly string[]): string | null {
  const close = candidates
    .filter((candidate) => candidate !== typed)
    .map((candidate) => ({ candidate, letters: distance(typed.slice(0, 256), candidate) }))
    .filter(({ letters }) => letters <= mostWrongLetters(typed))
  const otherFirstLetter = (candidate: string): number => (candidate[0] === typed[0] ? 0 : 1)
  close.sort((a, b) => a.letters - b.letters || otherFirstLetter(a.candidate) - otherFirstLetter(b.candidate))
  return close[0]?.candidate ?? null
}
