/** Times as they stand in names of files kept aside. */

/** `20251123T064500Z` */
export const fileTimestamp = (nowMs: number): string =>
  new Date(nowMs)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:]/g, '')
