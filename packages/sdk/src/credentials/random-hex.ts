/** Random names. From the global `crypto`, since importing node:crypto costs a fifth of a Node start and reading a login needs none of it. */

/** `bytes` random bytes as hexadecimal digits. */
export const randomHex = (bytes: number): string =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('hex')
