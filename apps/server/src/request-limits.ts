/** What one request, and one connection, may not do although node's parser lets it (J04, J11). */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

const maxUrlBytes = 8 * 1024

/** The status to refuse a request with: an address too long, or framing that two readers may understand in two ways. Null when it is fine. */
export function refusedStatus({ url, rawHeaders, headers, httpVersionMinor }: IncomingMessage): number | null {
  if ((url ?? '').length > maxUrlBytes) return 414
  // RFC 9112 §3.2; names stand at the even places
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length
  if (hosts > 1 || (hosts === 0 && httpVersionMinor > 0)) return 400
  // RFC 9112 §6.1: a coding that is not undone must not be passed over, and HTTP/1.0 knows none
  const coding = headers['transfer-encoding']
  return coding === undefined || (coding.toLowerCase() === 'chunked' && httpVersionMinor > 0) ? null : 400
}

export interface OpenRequests {
  /** Counts one more on its connection. The first too many is to be refused, which ends the connection; those behind it get nothing. */
  enter(incoming: IncomingMessage, outgoing: ServerResponse): 'entered' | 'one_too_many' | 'behind_a_refusal'
  /** Whether what the connection still sends is the rest of a request that has its answer: a second one would pass for that to another. */
  isAnswered(socket: Duplex): boolean
}

/**
 * How many requests of one connection may be unanswered at once. A client that pipelines hundreds and reads no answer would make the node
 * keep them all in memory: 64 KiB of requests are parsed in one go and come to megabytes of answers.
 */
export function countOpenRequests(most: number): OpenRequests {
  const open = new WeakMap<Duplex, number>()
  const newest = new WeakMap<Duplex, { incoming: IncomingMessage; outgoing: ServerResponse }>()
  return {
    enter(incoming, outgoing) {
      const { socket } = incoming
      newest.set(socket, { incoming, outgoing })
      const before = open.get(socket) ?? 0
      open.set(socket, before + 1)
      if (before > most) return 'behind_a_refusal'
      outgoing.once('close', () => open.set(socket, (open.get(socket) ?? 1) - 1))
      return before === most ? 'one_too_many' : 'entered'
    },
    isAnswered(socket) {
      const last = newest.get(socket)
      return last?.outgoing.headersSent === true && !last.incoming.complete
    },
  }
}
