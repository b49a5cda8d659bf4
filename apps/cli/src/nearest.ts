/** Finds what somebody probably meant to type. */

/** Levenshtein distance: how many letters to add, drop or change. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...b].entries()) {
      const change = (row[j] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

/** The candidate at most two letters away from `typed`, the nearest first, of several one that begins alike; null when there is none. */
export const nearest = (typed: string, candidates: readonly string[]): string | null => {
  const close = candidates
    .filter((candidate) => candidate !== typed)
    .map((candidate) => ({ candidate, letters: distance(typed.slice(0, 256), candidate) }))
    .filter(({ letters }) => letters <= 2)
  const beginsElse = (candidate: string): number => (candidate[0] === typed[0] ? 0 : 1)
  close.sort((a, b) => a.letters - b.letters || beginsElse(a.candidate) - beginsElse(b.candidate))
  return close[0]?.candidate ?? null
}
