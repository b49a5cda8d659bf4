/** Durations as text. Isomorphic. */

/** Formats a number of seconds as `45 s`, `42 min`, `2 h` or `400 days`, rounded to the most fitting unit. */
export function durationText(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} days`
}
