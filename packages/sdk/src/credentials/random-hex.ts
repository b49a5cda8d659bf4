/** Random names. Uses the global `crypto`, because importing node:crypto takes a fifth of a Node start. */

/** Returns `bytes` random bytes as hexadecimal digits. */
export const randomHex = (bytes: number): string =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('hex')
