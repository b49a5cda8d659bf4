/** Requests to an identity provider: limited in time and size, only to allowed addresses, and without following redirects (E10, E16). */
import type { FetchBody } from 'openid-client'
import { isLoopbackHost } from '../config/loopback.ts'

/** The provider cannot be reached or its answer is unusable; another try may succeed. The message is for the log and contains nothing that the provider sent. */
export class UpstreamUnreachable extends Error {
  override readonly name = 'UpstreamUnreachable'
}

/** The limit for a whole exchange with a provider, including discovery and keys. */
export const exchangeTimeoutMs = 10_000
const maxBodyBytes = 1024 * 1024

export interface BoundedRequest {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: FetchBody
}

/**
 * Returns a `fetch` that stops when `signal` fires, reads at most 1 MiB, and treats redirects and server errors as failures.
 * It reads the answer to its end, so that the deadline also covers slow bodies. Rejects with `UpstreamUnreachable`.
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
      // statuses such as 204 require a null body (Fetch, "null body status")
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

/** Allows https to any host, and http only to this machine, which the settings refuse in production. */
export const isAllowedAddress = (url: URL): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))
