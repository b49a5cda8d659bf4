/**
 * The text of a refresh token: its family and generation, protected by two MACs. No part of it is stored, neither in plain text nor hashed.
 *
 *   base64url( mask(family 16 bytes, generation 4) · inner MAC 32 · outer MAC 16 )
 *
 * The inner MAC is keyed with the node's secret and includes the family's salt, so that neither the secret nor the database alone is enough
 * to make a token. The first part is masked with it, so that tokens of one family have nothing in common (as in SIV, RFC 5297). The outer MAC
 * needs only the secret: text that was never a token of this node is refused without a query.
 */
import type { Keys } from './keys.ts'
import type { RefreshFamily } from './rows.ts'
import { equalInConstantTime, type RefreshTokenSecret } from './secret.ts'

const nameBytes = 20
const bodyBytes = nameBytes + 32
const outerBytes = 16
const textLength = Math.ceil(((bodyBytes + outerBytes) * 8) / 6)

/** Returns the token for a generation of a family. It is always the same text. */
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
 * Returns the family and generation in a token of this node; null for any other text. The caller must still check it with the family's salt:
 * `refreshTokenOf` must return the same text.
 */
export function readRefreshToken(keys: Keys, text: string): { familyId: string; generation: number } | null {
  if (text.length !== textLength) return null
  const bytes = Buffer.from(text, 'base64url')
  const body = bytes.subarray(0, bodyBytes)
  // compared as text, because several base64url texts decode to the same bytes, and only the one that this node writes is valid
  const ours = Buffer.concat([body, outerMac(keys, body)]).toString('base64url')
  if (!equalInConstantTime(ours, text)) return null
  const name = masked(keys, body.toString('base64url', nameBytes), body.subarray(0, nameBytes))
  const familyId = name.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return { familyId, generation: name.readUInt32BE(16) }
}

const outerMac = (keys: Keys, body: Buffer): Buffer =>
  Buffer.from(keys.mac('refreshOurs', body.toString('base64url')), 'base64url').subarray(0, outerBytes)

/** Masks or unmasks the first part; the function is its own inverse. */
function masked(keys: Keys, inner: string, name: Buffer): Buffer {
  const mask = Buffer.from(keys.mac('refreshMask', inner), 'base64url')
  return Buffer.from(name.map((byte, index) => byte ^ (mask[index] ?? 0)))
}
