/** Headers of all answers of the page routes (RFC 9700 §4.16, ASVS 3.4): no content from other sites, no framing, no caching. */

const hstsSeconds = 2 * 365 * 86_400

/**
 * `formOrigins` are the origins of the identity providers, since browsers apply `form-action` also to the redirect that answers a form (D07).
 * `nonce` allows the page's one style sheet.
 */
export const securityHeaders = ({
  publicUrl,
  nonce,
  formOrigins,
}: {
  publicUrl: URL
  nonce: string | null
  formOrigins: readonly string[]
}): Record<string, string> => ({
  'Content-Security-Policy': [
    "default-src 'none'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
    `form-action ${["'self'", ...new Set(formOrigins)].join(' ')}`,
    "img-src 'self'",
    ...(nonce === null ? [] : [`style-src 'nonce-${nonce}'`]),
  ].join('; '),
  'X-Frame-Options': 'DENY',
  // not no-referrer, which would make browsers send the page's own forms with a null Origin (D06)
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
  ...(publicUrl.protocol === 'https:'
    ? { 'Strict-Transport-Security': `max-age=${hstsSeconds}; includeSubDomains` }
    : {}),
})
