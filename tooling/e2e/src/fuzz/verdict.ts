/** Checks that an answer is not a failure of the node, has the format of its wire, and reveals nothing. */
import { canary, type LiveValues } from './fields.ts'
import type { RawAnswer, RawRequest } from './raw-request.ts'

/** Traces of internals: stack frames, SQL, files, libraries. */
const internals = [
  /(\n|\\n)\s+at \S/,
  /\b(select|insert into|update|delete from)\b[^<]{0,200}\b(from|values|set|where)\b/i,
  /node_modules|\.ts:\d+|file:\/\//,
  /mikro-?orm|pglite|postgres|zoderror|superjson/i,
]

/** Returns everything that is wrong with an answer. */
export function faultsOf(request: RawRequest, answer: RawAnswer | null, live: LiveValues): string[] {
  if (answer === null) return isWellFramed(request) ? ['the connection was closed without an answer'] : []
  const { status, headers, body } = answer
  const faults: string[] = []
  if (status >= 500) faults.push(`status ${status}`)
  for (const internal of internals) if (internal.test(body)) faults.push(`the body shows ${internal}`)
  const whole = `${keepsCode(request) ? '' : headers}\n${body}`
  for (const secret of [canary, live.deviceCode, live.refreshToken, live.accessToken]) {
    if (whole.includes(secret)) faults.push('a submitted secret came back')
  }
  // RFC 6749 §5.2; some clients stop polling at a challenge, whatever the status (B18)
  if (usesOAuthErrors(pathOf(request)) && status !== 401 && /^www-authenticate:/im.test(headers)) {
    faults.push('a challenge without 401')
  }
  if (status >= 400 && request.method !== 'HEAD' && !hasErrorShape(pathOf(request), body)) {
    faults.push('the body is not an error document of its wire')
  }
  return faults
}

/** Routes of the original API that browsers visit: they answer with pages. */
const pagesAmongApis = ['callback', 'device/verify', 'device/complete', 'device/error'].map(
  (page) => `/api/v1/auth/${page}`,
)

/** Returns whether a request is small and declares its length correctly, so that it must get an answer. */
const isWellFramed = ({ headers, body }: RawRequest) =>
  body.byteLength < 8_000 &&
  headers.every(
    ([name, value]) => value.length < 8_000 && !/^(content-length|transfer-encoding|upgrade|expect)$/i.test(name),
  )

/** On this route `code` is a user code, which the redirect to `/device` must keep. */
const keepsCode = (request: RawRequest) => pathOf(request).startsWith('/api/v1/auth/device/verify')

const usesOAuthErrors = (path: string) => path.startsWith('/oauth/') || path.startsWith('/api/v1/auth/device')

const pathOf = ({ target }: RawRequest) => target.split('?')[0] ?? ''

function hasErrorShape(path: string, body: string): boolean {
  const oauth = path.startsWith('/oauth/')
  if (!oauth && !path.startsWith('/api/')) return true
  if (pagesAmongApis.some((page) => path.startsWith(page))) return true
  try {
    const document: unknown = JSON.parse(body)
    if (typeof document !== 'object' || document === null) return false
    if ('error' in document && typeof document.error === 'string') return true
    return !oauth && 'detail' in document && typeof document.detail === 'object'
  } catch {
    return false // not JSON
  }
}
