/** Requests to an identity provider: bounded in time and size, to allowed addresses only, never following a redirect (E10, E16). */

import type { FetchBody } from 'openid-client'
import { isLoopbackHost } from '../config/loopback.ts'

/** The provider cannot be reached or does not answer as one; worth another try. The message is for the log and holds nothing it sent. */
export class UpstreamUnreachable extends Error {
  override readonly name = 'UpstreamUnreachable'
}

/** A whole exchange with a provider, discovery and keys included. */
export const exchangeTimeoutMs = 10_000
const maxBodyBytes = 1024 * 1024

export interface BoundedRequest {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: FetchBody
}

/**
 * Makes a `fetch` that gives up when `signal` fires, reads at most 1 MiB, and treats redirects and server errors as failures.
 * The answer is read to its end, so that the deadline covers slow bodies too. Rejects with `UpstreamUnreachable`.
 */
export const boundedFetch =
  (signal: AbortSignal) =>
  async (
    address: string | URL,
    { method = 'GET', headers = {}, body = null }: BoundedRequest = {},
  ): Promise<Response> => {
    const url = new URL(address)
    if (!isAllowedAddress(url)) throw new UpstreamUnreachable(`${url.origin} is neither https nor on loopback`)
    const where = `${url.origin}${url.pathname}`
    try {
      const response = await fetch(url, { method, headers, body: body as BodyInit | null, redirect: 'manual', signal })
      if (response.status >= 500 || (response.status >= 300 && response.status < 400)) {
        await response.body?.cancel()
        throw new UpstreamUnreachable(`${where} answered ${response.status}`)
      }
      const bytes = await readWithin(response, where)
      // a null body for the statuses that may have none (Fetch, "null body status")
      return new Response(bytes.length === 0 ? null : bytes, { status: response.status, headers: response.headers })
    } catch (error) {
      if (error instanceof UpstreamUnreachable) throw error
      const reason = signal.aborted ? 'did not answer in time' : 'could not be reached'
      throw new UpstreamUnreachable(`${where} ${reason}`, { cause: error })
    }
  }

async function readWithin(response: Response, where: string): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > maxBodyBytes) throw new UpstreamUnreachable(`${where} answered with more than ${maxBodyBytes} bytes`)
    chunks.push(chunk)
  }
  return Uint8Array.from(Buffer.concat(chunks))
}

/** https anywhere; http only to this machine, which configuration refuses in production. */
export const isAllowedAddress = (url: URL): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))
