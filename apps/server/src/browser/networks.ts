/** Whether two addresses are probably in the same place: the proximity signal of the confirm page (D29). */
import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** True for IPv4 addresses in the same /24, IPv6 addresses in the same /48, two loopback addresses, and two addresses in the same private range. */
export function isSameNetwork(one: string, other: string): boolean {
  if (!ipaddr.isValid(one) || !ipaddr.isValid(other)) return false
  const [a, b] = [ipaddr.process(one), ipaddr.process(other)]
  if (a.range() === 'loopback' || b.range() === 'loopback') return a.range() === b.range()
  if (a.kind() !== b.kind()) return false
  const local = privateRanges.find((range) => isWithin(a, range))
  return local ? isWithin(b, local) : isWithin(b, [a, a.kind() === 'ipv4' ? 24 : 48])
}

const privateRanges: readonly [Address, number][] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
].map((range) => ipaddr.parseCIDR(range))

const isWithin = (address: Address, [network, bits]: readonly [Address, number]): boolean =>
  address.kind() === network.kind() && address.match(network, bits)
