/**
 * Where a request comes from, as far as a node may believe it: the peer, or, behind configured proxies only, what they say in
 * `X-Forwarded-For` (J06). Limits, log lines and audit events go by this one value.
 */
import { randomUUID } from 'node:crypto'
import { isIPv4 } from 'node:net'
import type { HttpBindings } from '@hono/node-server'
import type { Requester } from '@osa/core'
import type { Context, MiddlewareHandler } from 'hono'
import ipaddr from 'ipaddr.js'

/** What every route of the node finds in its context. */
export type NodeEnv = {
  /** The socket's side; without a socket (in tests), only the address it would have. */
  Bindings: Partial<HttpBindings> & { remoteAddress?: string }
  Variables: {
    requester: Requester
    /** Whether the peer is a configured proxy, whose forwarding headers are believed. */
    viaTrustedProxy: boolean
  }
}

export type Cidr = [ipaddr.IPv4 | ipaddr.IPv6, number]

/** Reads one CIDR or single address; null when it is neither. */
export function parseCidr(text: string): Cidr | null {
  if (!isWrittenOut(text.split('/', 1)[0] ?? '')) return null
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text)
  if (!ipaddr.isValid(text)) return null
  const address = ipaddr.process(text)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

/**
 * Four full decimal parts, or IPv6. `ipaddr` would also take "10.1" for 10.0.0.1 and "010.0.0.0" for 8.0.0.0; its own check of the parts
 * throws and catches an error for what is no address, as a missing header is, which costs as much as the rest of a poll.
 */
const isWrittenOut = (address: string): boolean => address.includes(':') || isIPv4(address)

const unknownAddress = '0.0.0.0'
/** Proxies in a row that are followed at most; whatever is further left was written by the client anyway. */
const maxForwardedHops = 16
const maxUserAgentLength = 400

/** Sets `c.var.requester`, and sends its random request id back as `X-Request-Id`. */
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

/** Whether an address, as text, is in one of `networks`. */
export const isWithin =
  (networks: readonly Cidr[]) =>
  (text: string): boolean => {
    const address = parseAddress(text)
    return address !== null && isTrusted(address, networks)
  }

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** Walks from the peer to the left and stops at the first address that is no trusted proxy, or at one that makes no sense. */
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

/** Addresses that were taken apart: each request of a connection brings its own again. Only what is an address is kept, so texts are short. */
const parsed = new Map<string, Address>()
const maxParsed = 1_000

/** IPv4-mapped IPv6 is folded to IPv4, zone ids are dropped (J07). */
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

/** Some proxies add the port: `203.0.113.5:4711`, `[2001:db8::1]:4711`. */
const withoutPort = (hop: string): string =>
  /^\[(.*)\](:\d+)?$/.exec(hop)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop)?.[1] ?? hop

const isTrusted = (address: Address, trustedProxies: readonly Cidr[]): boolean =>
  trustedProxies.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits))

/** The bucket of an address: itself, or its /64, since whoever has one IPv6 address has 2^64 (J07). */
const sourceOf = (address: Address): string =>
  address.kind() === 'ipv4'
    ? address.toString()
    : `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`).toString()}/64`
