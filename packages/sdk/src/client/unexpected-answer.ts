/** Errors for answers that are not what was asked for. */
import { OsaError, type OsaErrorOptions } from '../errors.ts'
import { cleanText } from '../text.ts'
import type { HttpAnswer } from './to-answer.ts'

const maxRetryAfterSeconds = 1800

/** Returns `Retry-After` (seconds or a date, RFC 9110 §10.2.3) in milliseconds, at most half an hour; null if absent or unreadable. */
export function retryAfterOf(headers: Headers, nowMs: number): number | null {
  const value = headers.get('retry-after')
  if (value === null) return null
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - nowMs) / 1000
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), maxRetryAfterSeconds) * 1000 : null
}

function patienceOf({ headers }: HttpAnswer): { retryAfterMs?: number } {
  const waitMs = retryAfterOf(headers, Date.now())
  return waitMs === null ? {} : { retryAfterMs: waitMs }
}

function titleOf(html: string): string {
  const title = /<title[^>]*>([^<]*)/i.exec(html)?.[1]?.replace(/\s+/g, ' ').trim()
  return title ? ` "${cleanText(title, 80)}"` : ''
}

/** Describes a request and its answer: `POST /trpc/device.start → 200 text/html "Sign in"`. */
export const exchangeLine = (answer: HttpAnswer): string =>
  `${answer.request} → ${answer.status} ${cleanText(answer.contentType, 60) || 'without a content type'}${titleOf(answer.text)}`

/** Returns the target of a redirect; null if it names no web address. Do not show its query, which may hold anything. */
function redirectTarget({ headers, server }: HttpAnswer): URL | null {
  const location = headers.get('location')
  if (location === null || !URL.canParse(location, server)) return null
  const target = new URL(location, server)
  return /^https?:$/.test(target.protocol) ? target : null
}

function redirectError(answer: HttpAnswer, target: URL, options: OsaErrorOptions): OsaError {
  const isElsewhere = target.origin !== new URL(answer.server).origin
  const place = isElsewhere ? target.origin : cleanText(target.origin + target.pathname)
  return new OsaError('not_an_osa_server', `${answer.server} redirects to ${place}`, {
    ...options,
    location: cleanText(target.origin + target.pathname, 2048),
    hint: isElsewhere
      ? 'If that is your archive, use its address directly'
      : 'A proxy or sign-in page may be in the way. Open the address in a browser and check',
  })
}

/** Creates the error for an answer that no node would give. */
export const notAnOsaServer = (options: OsaErrorOptions & { server: string }): OsaError =>
  new OsaError('not_an_osa_server', `${options.server} did not answer like an archive`, {
    ...options,
    hint: "Check the address with your archive's administrator",
  })

/**
 * Returns the error for an unexpected answer: `rate_limited` or `server_error` (both retryable), `html_response` for a web page, and
 * `not_an_osa_server` for anything else.
 */
export function unexpectedAnswer(answer: HttpAnswer): OsaError {
  const { server, status } = answer
  const requestId = answer.headers.get('x-request-id')
  const options: OsaErrorOptions = {
    server,
    status,
    details: [exchangeLine(answer)],
    ...(requestId ? { requestId: cleanText(requestId, 80) } : {}),
    ...(status === 429 || status === 503 ? patienceOf(answer) : {}),
  }
  if (status === 429) {
    return new OsaError('rate_limited', `${server} asks to slow down`, { ...options, retryable: true })
  }
  if (status >= 500) {
    return new OsaError('server_error', `${server} reports a server error (HTTP ${status})`, {
      ...options,
      retryable: true,
      hint: "Try again in a moment; if the problem persists, tell the archive's administrator",
    })
  }
  const target = status >= 300 && status < 400 ? redirectTarget(answer) : null
  if (target) return redirectError(answer, target, options)
  if (/^(text\/html|application\/xhtml\+xml)$/.test(answer.contentType)) {
    return new OsaError('html_response', `${server} answered with a web page, not the OSA API`, {
      ...options,
      hint: 'A proxy or sign-in page may be in the way. Open the address in a browser and check',
    })
  }
  return notAnOsaServer({ ...options, server })
}
