/** Secrets: made from injected randomness, typed by kind, and hashed before they are stored. Their lifetimes are in `policy.ts`. */
import { hash, timingSafeEqual } from 'node:crypto'

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

/** The code that a terminal polls with (RFC 8628 §3.2): 256 random bits, base64url. */
export type DeviceCode = Branded<'DeviceCode'>
/** An opaque refresh token: 256 bits, base64url. */
export type RefreshTokenSecret = Branded<'RefreshTokenSecret'>
/** The value of a browser cookie: 256 random bits, base64url. */
export type CookieSecret = Branded<'CookieSecret'>
/** A secret that a terminal makes for one refresh and its repeats: 256 random bits, base64url or hexadecimal. */
export type AttemptSecret = Branded<'AttemptSecret'>
/** OAuth `state` for the identity provider: 256 random bits, base64url. */
export type State = Branded<'State'>
/** The nonce that a terminal's listener reveals to a browser on its computer: 256 random bits, base64url, made by the terminal. */
export type LoopbackNonce = Branded<'LoopbackNonce'>
/** SHA-256 of a secret of at least 128 bits, base64url. Safe to store, since such a secret cannot be found by search (ASVS 6.5.2). */
export type Sha256 = Branded<'Sha256'>
/** HMAC-SHA-256 under a key outside the database, base64url. For user codes, all of which can be searched in seconds. */
export type KeyedHash = Branded<'KeyedHash'>
/** AES-256-GCM ciphertext, base64url, sealed under a key outside the database. */
export type Sealed = Branded<'Sealed'>

/** Cryptographic randomness, injected so that tests are repeatable. */
export type RandomBytes = (bytes: number) => Uint8Array

export const secretBytes = 32

/** Returns a new 256-bit secret, base64url (43 characters). */
export const newSecret = <S extends DeviceCode | CookieSecret | State | RefreshTokenSecret>(random: RandomBytes): S =>
  Buffer.from(random(secretBytes)).toString('base64url') as S

export const sha256 = (
  secret: DeviceCode | CookieSecret | State | RefreshTokenSecret | AttemptSecret | LoopbackNonce,
): Sha256 => hash('sha256', secret, 'base64url') as Sha256

/** Compares two texts in constant time. Their lengths may differ. */
export function equalInConstantTime(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'))
}
