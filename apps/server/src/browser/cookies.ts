/** The cookies of the pages: one ties forms and sign-ins to a browser, one is a signed-in session (ASVS 3.3), and some last for one sign-in. */
import type { CookieSecret } from '@osa/core'
import { getCookie, setCookie } from 'hono/cookie'
import type { PageContext } from './dependencies.ts'

/** `return` says that a sign-in began at the admin page. `proof_…` is one request's: tabs that open at one moment, in a browser without a cookie yet, would overwrite a common one. */
export type CookieKind = 'browser' | 'session' | 'return' | `proof_${string}`

/** The cookie of the same-computer proof of one request. */
export const proofCookie = (deviceAuthorizationId: string): CookieKind =>
  `proof_${/^[0-9a-f]{8}/.exec(deviceAuthorizationId)?.[0] ?? 'none'}`

/**
 * Safari's engine refuses `Secure` cookies, and with them the `__Host-` prefix, on http://localhost, where the others take loopback for
 * secure. There, and only there, a plain cookie stands in, so that a developer on a Mac can sign in; over https nothing changes.
 */
const needsPlainCookie = (publicUrl: URL, userAgent: string): boolean =>
  publicUrl.protocol === 'http:' &&
  /AppleWebKit\/.*Safari\//.test(userAgent) &&
  !/Chrome|Chromium|CriOS|Edg|Firefox|FxiOS|OPR/.test(userAgent)

function attributesOf(c: PageContext, kind: CookieKind, publicUrl: URL) {
  const plain = needsPlainCookie(publicUrl, c.req.header('user-agent') ?? '')
  // Lax, not Strict: the way back from a provider's page begins with a click there, and Strict cookies stay at home then
  const options = { path: '/', httpOnly: true, secure: !plain, sameSite: 'Lax' } as const
  return { name: plain ? `osa_${kind}` : `__Host-osa_${kind}`, options }
}

/** The cookie's secret, or null when there is none of the right shape. */
export function readCookie(c: PageContext, kind: CookieKind, publicUrl: URL): CookieSecret | null {
  const value = getCookie(c, attributesOf(c, kind, publicUrl).name) ?? ''
  return /^[A-Za-z0-9_-]{43}$/.test(value) ? (value as CookieSecret) : null
}

/** Sets a cookie that ends with the browser, or after `maxAgeSeconds`; how long it counts is the node's to say. */
export function writeCookie(
  c: PageContext,
  kind: CookieKind,
  publicUrl: URL,
  secret: CookieSecret,
  maxAgeSeconds?: number,
): void {
  const { name, options } = attributesOf(c, kind, publicUrl)
  setCookie(c, name, secret, maxAgeSeconds === undefined ? options : { ...options, maxAge: maxAgeSeconds })
}

export function clearCookie(c: PageContext, kind: CookieKind, publicUrl: URL): void {
  const { name, options } = attributesOf(c, kind, publicUrl)
  setCookie(c, name, '', { ...options, maxAge: 0 })
}
