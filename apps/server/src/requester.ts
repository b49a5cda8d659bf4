/**
 * Determines where a request comes from: the peer, or behind a configured proxy the address in its `X-Forwarded-For` (J06). Limits, log
 * lines and audit events all use this value.
 */
import { randomUUID } from 'node:crypto'
import { isIPv4 } from 'node:net'
import type { HttpBindings } from '@hono/node-server'
import type { Requester } from '@osa/core'
import type { Context, MiddlewareHandler } from 'hono'
import ipaddr from 'ipaddr.js'

/** The context of every route of the node. */
export type NodeEnv = {
  /** The Node.js request and response; tests without a socket provide only the peer's address. */
  Bindings: Partial<HttpBindings> & { remoteAddress?: string }
  Variables: {
    requester: Requester
    /** Whether the peer is a configured proxy, whose forwarding headers are trusted. */
    viaTrustedProxy: boolean
  }
}

export type Cidr = [ipaddr.IPv4 | ipaddr.IPv6, number]

/** Parses a CIDR or a single address. Returns null for anything else. */
export function parseCidr(text: string): Cidr | null {
  if (!isWrittenOut(text.split('/', 1)[0] ?? '')) return null
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text)
  if (!ipaddr.isValid(text)) return null
  const address = ipaddr.process(text)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

/**
 * Accepts four full decimal parts, or IPv6. `ipaddr` would also read "10.1" as 10.0.0.1 and "010.0.0.0" as 8.0.0.0. Its own check throws and
 * catches an error for anything that is not an address, such as a missing header, which costs as much as the rest of a poll.
 */
const isWrittenOut = (address: string): boolean => address.includes(':') || isIPv4(address)

const unknownAddress = '0.0.0.0'
/** Maximum number of proxies in a row to follow. Entries further left were written by the client anyway. */
const maxForwardedHops = 16
const maxUserAgentLength = 400

/** Sets `c.var.requester`, and returns its random request id as `X-Request-Id`. */
export function identifyRequester(trustedProxies: readonly Cidr[]): MiddlewareHandler<NodeEnv> {
  return async (c, next) => {
    const peer = parseAddress(c.env?.incoming?.socket.remoteAddress ?? c.env?.remoteAddress ?? '')
    const requestId = randomUUID()
    const viaTrustedProxy = peer !== null && isTrusted(peer, trustedProxies)
    const address = viaTrustedProxy ? forwardedAddress(c, peer, trustedProxies) : peer
    c.set('viaTrustedProxy', viaTrustedProxy)
    c.set('requester', {
      ip: address?.toString() ?? unknownAddress,
      source: address ? sourceOf(address) : unknownAddress,
      userAgent: c.req.header('user-agent')?.slice(0, maxUserAgentLength) ?? null,
      requestId,
    })
    c.header('X-Request-Id', requestId)
    await next()
  }
}

/** Returns whether an address, as text, is in one of `networks`. */
export const isWithin =
  (networks: readonly Cidr[]) =>
  (text: string): boolean => {
    const address = parseAddress(text)
    return address !== null && isTrusted(address, networks)
  }

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** Walks from the peer to the left, up to the first address that is not a trusted proxy, or until an entry is invalid. */
function forwardedAddress(c: Context, peer: Address, trustedProxies: readonly Cidr[]): Address {
  const hops = (c.req.header('x-forwarded-for') ?? '').split(',').slice(-maxForwardedHops).reverse()
  let address = peer
  for (const hop of hops) {
    if (!isTrusted(address, trustedProxies)) break
    const next = parseAddress(withoutPort(hop.trim()))
    if (!next) break
    address = next
  }
  return address
}

/** Cache of parsed addresses, since each request of a connection has the same ones. Only valid addresses are cached, so the keys are short. */
const parsed = new Map<string, Address>()
const maxParsed = 1_000

/** Parses an address. Converts IPv4-mapped IPv6 to IPv4 and drops zone ids (J07). */
function parseAddress(text: string): Address | null {
  const withoutZone = text.includes('%') ? text.replace(/%.*$/, '') : text
  const known = parsed.get(withoutZone)
  if (known) return known
  if (!isWrittenOut(withoutZone) || !ipaddr.isValid(withoutZone)) return null
  const address = ipaddr.process(withoutZone)
  if (parsed.size === maxParsed) parsed.clear()
  parsed.set(withoutZone, address)
  return address
}

/** Removes the port that some proxies add: `203.0.113.5:4711`, `[2001:db8::1]:4711`. */
const withoutPort = (hop: string): string =>
  /^\[(.*)\](:\d+)?$/.exec(hop)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop)?.[1] ?? hop

const isTrusted = (address: Address, trustedProxies: readonly Cidr[]): boolean =>
  trustedProxies.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits))

/** Returns the source of an address: an IPv4 address itself, or the /64 of an IPv6 address, since a client usually has all of it (J07). */
const sourceOf = (address: Address): string =>
  address.kind() === 'ipv4'
    ? address.toString()
    : `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`).toString()}/64`
