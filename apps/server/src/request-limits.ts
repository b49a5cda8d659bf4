/** Limits on requests and connections that the Node.js parser does not enforce (J04, J11). */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

const maxUrlBytes = 8 * 1024

/** Returns the status for refusing a request whose URL is too long or whose framing is ambiguous, or null if it is acceptable. */
export function refusedStatus({ url, rawHeaders, headers, httpVersionMinor }: IncomingMessage): number | null {
  if ((url ?? '').length > maxUrlBytes) return 414
  // RFC 9112 §3.2; the names are at the even indexes
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length
  if (hosts > 1 || (hosts === 0 && httpVersionMinor > 0)) return 400
  // RFC 9112 §6.1: a coding that cannot be decoded must not be ignored, and HTTP/1.0 has none
  const coding = headers['transfer-encoding']
  return coding === undefined || (coding.toLowerCase() === 'chunked' && httpVersionMinor > 0) ? null : 400
}

export interface OpenRequests {
  /**
   * Counts a request on its connection. The first request over the limit is refused and its connection closed; requests queued behind it get
   * no answer.
   */
  enter(incoming: IncomingMessage, outgoing: ServerResponse): 'entered' | 'one_too_many' | 'behind_a_refusal'
  /**
   * Returns whether the incoming bytes are the rest of a request that was already answered. A second answer could be mistaken for the answer
   * to another request.
   */
  isAnswered(socket: Duplex): boolean
}

/**
 * Limits the unanswered requests of each connection to `max`. Otherwise a client that pipelines hundreds of requests and reads no answers
 * makes the node keep all answers in memory: 64 KiB of requests are parsed at once and produce megabytes of answers.
 */
export function countOpenRequests(max: number): OpenRequests {
  const open = new WeakMap<Duplex, number>()
  const newest = new WeakMap<Duplex, { incoming: IncomingMessage; outgoing: ServerResponse }>()
  return {
    enter(incoming, outgoing) {
      const { socket } = incoming
      newest.set(socket, { incoming, outgoing })
      const before = open.get(socket) ?? 0
      open.set(socket, before + 1)
      if (before > max) return 'behind_a_refusal'
      outgoing.once('close', () => open.set(socket, (open.get(socket) ?? 1) - 1))
      return before === max ? 'one_too_many' : 'entered'
    },
    isAnswered(socket) {
      const last = newest.get(socket)
      return last?.outgoing.headersSent === true && !last.incoming.complete
    },
  }
}
