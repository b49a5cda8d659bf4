/** Whether whoever asks sits at the machine that the node runs on: the development sign-in, where anyone can be anyone, is for nobody else. */
import { isLoopbackHost } from '../config/loopback.ts'
import { parseCidr } from '../requester.ts'
import type { PageContext } from './dependencies.ts'

/** What proxies and tunnels add. Not a matter of trust: whoever adds one only locks themselves out. */
const forwarding = /^(forwarded|x-forwarded(-.*)?|x-real-ip|x-client-ip|x-cluster-client-ip|true-client-ip|cf-.*|via)$/i

/** Whether a proxy says that it stands between. */
export const isForwarded = (c: PageContext): boolean =>
  c.get('viaTrustedProxy') || Object.keys(c.req.header()).some((name) => forwarding.test(name))

function isLoopbackPeer(remoteAddress: string): boolean {
  const address = parseCidr(remoteAddress)?.[0]
  return address?.range() === 'loopback'
}

/**
 * A loopback peer that asks for a loopback host, with no trace of a proxy. A proxy on this machine that hides itself, in HTTP/1.1 and with
 * the Host header rewritten to loopback, cannot be told from a browser here: that is why production refuses this sign-in altogether, and why
 * no node starts with it and `OSA_TRUSTED_PROXIES`.
 */
export function isAtThisMachine(c: PageContext): boolean {
  const { incoming, remoteAddress = '' } = c.env ?? {}
  if (incoming?.httpVersion === '1.0' || !isLoopbackPeer(incoming?.socket.remoteAddress ?? remoteAddress)) return false
  if (isForwarded(c)) return false
  const url = URL.parse(`http://${c.req.header('host') ?? ''}`)
  return url !== null && isLoopbackHost(url.hostname)
}
