/** Timestamps in the names of backup files. */

/** Formats a time, in milliseconds since the epoch, as `20251123T064500Z`. */
export const fileTimestamp = (nowMs: number): string =>
  new Date(nowMs)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:]/g, '')
