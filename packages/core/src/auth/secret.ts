/**
 * Secrets: made from the randomness that comes in through the door, branded, and hashed before anything is stored.
 * Owns the shapes of secrets, not their lifetimes.
 */
import { hash, timingSafeEqual } from 'node:crypto'

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

/** What a terminal polls with (RFC 8628 §3.2): 256 random bits, base64url. */
export type DeviceCode = Branded<'DeviceCode'>
/** An opaque refresh token: 256 bits, base64url. */
export type RefreshTokenSecret = Branded<'RefreshTokenSecret'>
/** Value of a browser cookie: 256 random bits, base64url. */
export type CookieSecret = Branded<'CookieSecret'>
/** What a terminal makes for one refresh and sends again with a repeat of it: 256 random bits, base64url or hexadecimal. */
export type AttemptSecret = Branded<'AttemptSecret'>
/** OAuth `state` towards the identity provider: 256 random bits, base64url. */
export type State = Branded<'State'>
/** What a terminal's listener shows to a browser on its computer: 256 random bits, base64url, made by the terminal. */
export type LoopbackNonce = Branded<'LoopbackNonce'>
/** SHA-256 of a secret of at least 128 bits, base64url: enough at rest, since such a secret cannot be searched for (ASVS 6.5.2). */
export type Sha256 = Branded<'Sha256'>
/** HMAC-SHA-256 under a key outside the database, base64url: for user codes, whose space can be searched in seconds. */
export type KeyedHash = Branded<'KeyedHash'>
/** AES-256-GCM ciphertext, base64url, sealed under a key outside the database. */
export type Sealed = Branded<'Sealed'>

/** Cryptographic randomness, handed in so that tests can repeat themselves. */
export type RandomBytes = (bytes: number) => Uint8Array

export const secretBytes = 32

/** A fresh 256-bit secret, base64url (43 characters). */
export const newSecret = <S extends DeviceCode | CookieSecret | State | RefreshTokenSecret>(random: RandomBytes): S =>
  Buffer.from(random(secretBytes)).toString('base64url') as S

export const sha256 = (
  secret: DeviceCode | CookieSecret | State | RefreshTokenSecret | AttemptSecret | LoopbackNonce,
): Sha256 => hash('sha256', secret, 'base64url') as Sha256

/** Compares in constant time; lengths may differ. */
export function equalInConstantTime(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'))
}
