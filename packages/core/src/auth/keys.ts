/**
 * The node's keys, each for one purpose, derived from its secret with HKDF (RFC 5869) under distinct labels. No key can be used in place of
 * another, and a leaked one reveals nothing about the others.
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
  /** Returns the HMAC-SHA-256 of `parts` under the purpose's key, base64url. Parts are length-prefixed, so that no two lists collide. */
  mac(purpose: 'userCode' | 'refresh' | 'refreshMask' | 'refreshOurs' | 'form', ...parts: readonly string[]): KeyedHash
  /** Seals text with AES-256-GCM. `context` is authenticated, so that a sealed value cannot be opened in another place. */
  seal(purpose: 'signingKey' | 'display' | 'development', text: string, context: string): Sealed
  /** Opens a sealed text. Returns null when the secret or the context is another one, or the sealed text was changed. */
  open(purpose: 'signingKey' | 'display' | 'development', sealed: string, context: string): string | null
}

/** Derives the keys of a node from `OSA_SECRET` (at least 32 bytes). */
export function deriveKeys(secret: Uint8Array, random: RandomBytes): Keys {
  // as key objects: from bytes, every HMAC would first create one, which takes longer than the HMAC itself
  const derived = Object.fromEntries(
    Object.entries(labels).map(([purpose, label]) => [
      purpose,
      createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', label, 32))),
    ]),
  ) as Record<Purpose, KeyObject>
  return {
    mac(purpose, ...parts) {
      // one `update` for all parts, since each call takes about as long as the HMAC itself
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
        return null // the authentication tag does not match
      }
    },
  }
}
