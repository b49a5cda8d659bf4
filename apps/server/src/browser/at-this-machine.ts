/** Tells requests from the node's own machine, the only ones that may use the development sign-in, where anyone can sign in as anyone. */
import { isLoopbackHost } from '../config/loopback.ts'
import { parseCidr } from '../requester.ts'
import type { PageContext } from './dependencies.ts'

/** Headers that proxies and tunnels add. They need not be trusted: a client that forges one only locks itself out. */
const forwarding = /^(forwarded|x-forwarded(-.*)?|x-real-ip|x-client-ip|x-cluster-client-ip|true-client-ip|cf-.*|via)$/i

/** Whether a header says that the request came through a proxy. */
export const isForwarded = (c: PageContext): boolean =>
  c.get('viaTrustedProxy') || Object.keys(c.req.header()).some((name) => forwarding.test(name))

function isLoopbackPeer(remoteAddress: string): boolean {
  const address = parseCidr(remoteAddress)?.[0]
  return address?.range() === 'loopback'
}

/**
 * Whether a request comes from a loopback peer, asks for a loopback host and shows no trace of a proxy. A local proxy that uses HTTP/1.1,
 * adds no header and rewrites Host to loopback looks the same as a browser here. For this reason production refuses this sign-in altogether,
 * and a node with `OSA_TRUSTED_PROXIES` does not start with it.
 */
export function isAtThisMachine(c: PageContext): boolean {
  const { incoming, remoteAddress = '' } = c.env ?? {}
  if (incoming?.httpVersion === '1.0' || !isLoopbackPeer(incoming?.socket.remoteAddress ?? remoteAddress)) return false
  if (isForwarded(c)) return false
  const url = URL.parse(`http://${c.req.header('host') ?? ''}`)
  return url !== null && isLoopbackHost(url.hostname)
}
