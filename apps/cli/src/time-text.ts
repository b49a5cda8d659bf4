/** Durations in words a person reads. */

/** `2 h ago`, from seconds. */
export const agoText = (seconds: number): string => {
  if (seconds < 90) return 'just now'
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h ago`
  return `${Math.round(seconds / 86_400)} days ago`
}

/** `42 min`, from seconds: how long something lasts. */
export const spanText = (seconds: number): string => {
  if (seconds < 5400) return `${Math.max(0, Math.floor(seconds / 60))} min`
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} days`
}

/** `09:12`, from seconds. */
export const countdownText = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds))
  return `${String(Math.floor(whole / 60)).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`
}

/** `0.4s`, `2m11s`, `1h02m`, from milliseconds: how long something took. */
export const elapsedText = (ms: number): string => {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}s`
  const seconds = Math.round(ms / 1000)
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)]
  const two = (count: number): string => String(count).padStart(2, '0')
  return hours > 0 ? `${hours}h${two(minutes)}m` : `${minutes}m${two(seconds % 60)}s`
}
