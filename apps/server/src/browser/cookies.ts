/** The cookies of the pages: one binds forms and sign-ins to a browser, one is the browser session (ASVS 3.3), and some last for one sign-in. */
import type { CookieSecret } from '@osa/core'
import { getCookie, setCookie } from 'hono/cookie'
import type { PageContext } from './dependencies.ts'

/**
 * `return` marks a sign-in that started at the admin page. Each device authorization has its own `proof_…` cookie, since tabs that open at the
 * same moment in a browser without a cookie would overwrite a shared one.
 */
export type CookieKind = 'browser' | 'session' | 'return' | `proof_${string}`

/** The cookie for the same-computer proof of one device authorization. */
export const proofCookie = (deviceAuthorizationId: string): CookieKind =>
  `proof_${/^[0-9a-f]{8}/.exec(deviceAuthorizationId)?.[0] ?? 'none'}`

/**
 * On http://localhost, Safari refuses `Secure` cookies and therefore the `__Host-` prefix; other browsers treat loopback as secure. Only there
 * a plain cookie replaces it, so that developers on a Mac can sign in.
 */
const needsPlainCookie = (publicUrl: URL, userAgent: string): boolean =>
  publicUrl.protocol === 'http:' &&
  /AppleWebKit\/.*Safari\//.test(userAgent) &&
  !/Chrome|Chromium|CriOS|Edg|Firefox|FxiOS|OPR/.test(userAgent)

function attributesOf(c: PageContext, kind: CookieKind, publicUrl: URL) {
  const plain = needsPlainCookie(publicUrl, c.req.header('user-agent') ?? '')
  // Lax, not Strict: a browser that comes back from a click on the provider's page does not send Strict cookies
  const options = { path: '/', httpOnly: true, secure: !plain, sameSite: 'Lax' } as const
  return { name: plain ? `osa_${kind}` : `__Host-osa_${kind}`, options }
}

/** Returns the secret in a cookie, or null if the cookie is missing or malformed. */
export function readCookie(c: PageContext, kind: CookieKind, publicUrl: URL): CookieSecret | null {
  const value = getCookie(c, attributesOf(c, kind, publicUrl).name) ?? ''
  return /^[A-Za-z0-9_-]{43}$/.test(value) ? (value as CookieSecret) : null
}

/** Sets a cookie that ends with the browser or after `maxAgeSeconds`. The node itself limits how long it accepts the secret. */
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
