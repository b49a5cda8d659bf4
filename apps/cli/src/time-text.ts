/** Times and durations as text. */
import { durationText } from '@osa/sdk/internal'

/** `2 h ago`, from seconds. */
export function agoText(seconds: number): string {
  if (seconds < 90) return 'just now'
  return `${durationText(seconds)} ago`
}

/** `42 min`, from seconds: the time that is left. Minutes are rounded down, so that the text promises no more than there is. */
export function leftText(seconds: number): string {
  if (seconds < 90 || seconds >= 5400) return durationText(Math.max(0, seconds))
  return `${Math.floor(seconds / 60)} min`
}

const skewWorthTellingMs = 120_000

/** Compares the clock with a server's Date header. Returns a sentence if they differ by more than two minutes, otherwise null. */
export function clockSkewText(nowMs: number, server: string, date: string | null): string | null {
  const skewMs = Date.parse(date ?? '') - nowMs
  if (!(Math.abs(skewMs) > skewWorthTellingMs)) return null
  const where = skewMs > 0 ? 'behind' : 'ahead of'
  return `Your clock is ${durationText(Math.abs(skewMs) / 1000)} ${where} ${new URL(server).hostname}`
}

/** `09:12`, from seconds. */
export function countdownText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  return `${String(Math.floor(whole / 60)).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`
}

/** `0.4s`, `2m11s`, `1h02m`, from milliseconds: how long something took. */
export function elapsedText(ms: number): string {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}s`
  const seconds = Math.round(ms / 1000)
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)]
  const two = (count: number): string => String(count).padStart(2, '0')
  return hours > 0 ? `${hours}h${two(minutes)}m` : `${minutes}m${two(seconds % 60)}s`
}
