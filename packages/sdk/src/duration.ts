/** Durations in words a person reads. Isomorphic. */

/** `45 s`, `42 min`, `2 h`, `400 days`, from seconds: rounded to the unit that a person would say it in. */
export function durationText(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} days`
}
