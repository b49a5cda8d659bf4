/** Callers at addresses of their own, without a proxy: on Linux all of 127.0.0.0/8 is this machine, and each of its addresses is a source. */
import { randomInt } from 'node:crypto'
import { Agent, fetch as fetchWith } from 'undici'

export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>

/** An address that no other caller of a test is likely to have. */
export const someLocalAddress = (): string => [127, randomInt(1, 256), randomInt(256), randomInt(1, 255)].join('.')

/**
 * `fetch` of a machine at `localAddress`, which trusts the certificate `ca` if there is one. Its connections end with the last answer, so
 * that no restarted node meets an old one.
 */
export function fetchFrom(localAddress: string, ca?: string): Fetch {
  const dispatcher = new Agent({ pipelining: 0, localAddress, connect: { family: 4, ...(ca && { ca }) } })
  // the same standard's types, of two packages
  return (url, init) => fetchWith(url, { ...init, dispatcher } as object) as unknown as Promise<Response>
}
