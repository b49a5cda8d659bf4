/**
 * Carries the reason for a failed sign-in from the callback to a clean address. The reason is one of a closed set and is shown only in the
 * browser where the sign-in failed: the address contains a proof bound to that browser's cookie, so that a link cannot put words on a page (D21).
 */
import type { CookieSecret, SignInRefusal } from '@osa/core'
import type { BrowserDependencies, PageContext } from './dependencies.ts'

export interface SignInOutcome {
  readonly refused: SignInRefusal['refused']
  readonly providerName: string | null
}

const reasons = [
  'unknown_transaction',
  'denied',
  'rejected',
  'malformed',
  'unreachable',
  'device_not_usable',
  'account_disabled',
] as const satisfies readonly SignInRefusal['refused'][]

const stepOf = (reason: string, provider: string) => `outcome:${reason}:${provider}`

/** The address of the page that explains `refusal`, in this browser only. */
export function outcomePath(
  { auth }: BrowserDependencies,
  browser: CookieSecret | null,
  { refused, providerName }: SignInRefusal,
): string {
  if (browser === null) return '/device/error'
  const provider = auth.identityProviders.find(({ name }) => name === providerName)?.id ?? ''
  const proof = auth.formToken(browser, stepOf(refused, provider))
  return `/device/error?${new URLSearchParams({ reason: refused, provider, proof })}`
}

/** Reads what `outcomePath` wrote; any other address gives `unknown_transaction`. */
export function readOutcome(
  c: PageContext,
  { auth }: BrowserDependencies,
  browser: CookieSecret | null,
): SignInOutcome {
  const { reason = '', provider = '', proof = '' } = c.req.query()
  const refused = reasons.find((known) => known === reason)
  const genuine = refused && browser !== null && auth.verifyFormToken(browser, stepOf(refused, provider), proof)
  if (!genuine) return { refused: 'unknown_transaction', providerName: null }
  return { refused, providerName: auth.identityProviders.find(({ id }) => id === provider)?.name ?? null }
}
