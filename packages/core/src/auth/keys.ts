/**
 * Keys for one purpose each, derived from the node's one secret with HKDF (RFC 5869) under distinct labels, so that none
 * can stand in for another and a leaked one tells nothing about the rest.
 */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import type { KeyedHash, RandomBytes, Sealed } from './secret.ts'

const labels = {
  userCode: 'osa/user-code-hash/v1',
  refresh: 'osa/refresh-token/v1',
  refreshMask: 'osa/refresh-token-mask/v1',
  refreshOurs: 'osa/refresh-token-ours/v1',
  form: 'osa/form-token/v1',
  signingKey: 'osa/signing-key-seal/v1',
  display: 'osa/user-code-display/v1',
  development: 'osa/development-sign-in/v1',
} as const
type Purpose = keyof typeof labels

export interface Keys {
  /** HMAC-SHA-256 of `parts` under the purpose's key, base64url. Parts are length-prefixed, so no two lists collide. */
  mac(purpose: 'userCode' | 'refresh' | 'refreshMask' | 'refreshOurs' | 'form', ...parts: readonly string[]): KeyedHash
  /** Seals text with AES-256-GCM; `context` is authenticated, so that a sealed value opens only where it belongs. */
  seal(purpose: 'signingKey' | 'display' | 'development', text: string, context: string): Sealed
  /** Opens what `seal` made; null when the secret, the context or the text is not the one it was sealed with. */
  open(purpose: 'signingKey' | 'display' | 'development', sealed: string, context: string): string | null
}

/** Derives the keys of a node from `OSA_SECRET` (at least 32 bytes). */
export function deriveKeys(secret: Uint8Array, random: RandomBytes): Keys {
  // key objects: given bytes, each HMAC would make one first, which takes longer than the HMAC
  const derived = Object.fromEntries(
    Object.entries(labels).map(([purpose, label]) => [
      purpose,
      createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', label, 32))),
    ]),
  ) as Record<Purpose, KeyObject>
  return {
    mac(purpose, ...parts) {
      // in one piece: each further one takes as long as the HMAC of it
      const text = parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join('')
      return createHmac('sha256', derived[purpose]).update(text).digest('base64url') as KeyedHash
    },
    seal(purpose, text, context) {
      const iv = random(12)
      const cipher = createCipheriv('aes-256-gcm', derived[purpose], iv).setAAD(Buffer.from(context))
      return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
        'base64url',
      ) as Sealed
    },
    open(purpose, sealed, context) {
      const bytes = Buffer.from(sealed, 'base64url')
      if (bytes.length < 28) return null
      const decipher = createDecipheriv('aes-256-gcm', derived[purpose], bytes.subarray(0, 12))
      decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-16))
      try {
        return decipher.update(bytes.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8')
      } catch {
        return null // the authentication tag does not match: not ours, or not from here
      }
    },
  }
}
