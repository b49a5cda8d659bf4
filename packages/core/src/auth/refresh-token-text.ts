/**
 * The text of a refresh token: which family and generation it is of, under two MACs. Nothing of it is stored, neither in plain text nor hashed.
 *
 *   base64url( mask(family 16 bytes, generation 4) · inner MAC 32 · outer MAC 16 )
 *
 * The inner MAC is keyed by the node's secret and takes in the family's salt: neither the secret nor the database alone makes a token. It
 * is also what the first part is masked with, so that tokens of one family have nothing in common (as in SIV, RFC 5297). The outer MAC
 * needs the secret alone: text that never was a token of this node is refused before the database is asked.
 */
import type { Keys } from './keys.ts'
import type { RefreshFamily } from './rows.ts'
import { equalInConstantTime, type RefreshTokenSecret } from './secret.ts'

const nameBytes = 20
const bodyBytes = nameBytes + 32
const outerBytes = 16
const textLength = Math.ceil(((bodyBytes + outerBytes) * 8) / 6)

/** The token of a family's generation: always the same one. */
export function refreshTokenOf(
  keys: Keys,
  { id, salt }: Pick<RefreshFamily, 'id' | 'salt'>,
  generation: number,
): RefreshTokenSecret {
  const inner = keys.mac('refresh', id, String(generation), salt)
  const name = Buffer.alloc(nameBytes)
  name.write(id.replaceAll('-', ''), 'hex')
  name.writeUInt32BE(generation, 16)
  const body = Buffer.concat([masked(keys, inner, name), Buffer.from(inner, 'base64url')])
  return Buffer.concat([body, outerMac(keys, body)]).toString('base64url') as RefreshTokenSecret
}

/**
 * What a token of this node names; null for any other text. The family has yet to confirm it: `refreshTokenOf` its salt must be the text.
 */
export function readRefreshToken(keys: Keys, text: string): { familyId: string; generation: number } | null {
  if (text.length !== textLength) return null
  const bytes = Buffer.from(text, 'base64url')
  const body = bytes.subarray(0, bodyBytes)
  // compared as text: base64url has several for one value, and only ours is one
  const ours = Buffer.concat([body, outerMac(keys, body)]).toString('base64url')
  if (!equalInConstantTime(ours, text)) return null
  const name = masked(keys, body.toString('base64url', nameBytes), body.subarray(0, nameBytes))
  const familyId = name.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return { familyId, generation: name.readUInt32BE(16) }
}

const outerMac = (keys: Keys, body: Buffer): Buffer =>
  Buffer.from(keys.mac('refreshOurs', body.toString('base64url')), 'base64url').subarray(0, outerBytes)

/** Its own inverse. */
function masked(keys: Keys, inner: string, name: Buffer): Buffer {
  const mask = Buffer.from(keys.mac('refreshMask', inner), 'base64url')
  return Buffer.from(name.map((byte, index) => byte ^ (mask[index] ?? 0)))
}
