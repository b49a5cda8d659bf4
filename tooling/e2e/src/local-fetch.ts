/** Requests from different source addresses: on Linux all of 127.0.0.0/8 belongs to this machine. */
import { randomInt } from 'node:crypto'
import { Agent, fetch as fetchWith } from 'undici'

export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>

/** Returns a random address, which other callers are unlikely to have. */
export const someLocalAddress = (): string => [127, randomInt(1, 256), randomInt(256), randomInt(1, 255)].join('.')

/**
 * Returns a `fetch` that sends from `localAddress` and trusts the certificate `ca`, if given. It does not reuse connections, which could be
 * stale after a node restarts.
 */
export function fetchFrom(localAddress: string, ca?: string): Fetch {
  const dispatcher = new Agent({ pipelining: 0, localAddress, connect: { family: 4, ...(ca && { ca }) } })
  // two packages with different types for the same standard
  return (url, init) => fetchWith(url, { ...init, dispatcher } as object) as unknown as Promise<Response>
}
