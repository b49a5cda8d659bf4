/** What an answer must be like, whatever was asked: never a failure of the node, in the shape of its wire, and telling nothing. */
import { canary, type LiveValues } from './fields.ts'
import type { RawAnswer, RawRequest } from './raw-request.ts'

/** Traces of the inside: stack frames, SQL, files, libraries. */
const insides = [
  /(\n|\\n)\s+at \S/,
  /\b(select|insert into|update|delete from)\b[^<]{0,200}\b(from|values|set|where)\b/i,
  /node_modules|\.ts:\d+|file:\/\//,
  /mikro-?orm|pglite|postgres|zoderror|superjson/i,
]

/** Everything wrong with an answer, in words; empty when nothing is. */
export function faultsOf(request: RawRequest, answer: RawAnswer | null, live: LiveValues): string[] {
  if (answer === null) return isWellFramed(request) ? ['the connection was closed without an answer'] : []
  const { status, headers, body } = answer
  const faults: string[] = []
  if (status >= 500) faults.push(`status ${status}`)
  for (const inside of insides) if (inside.test(body)) faults.push(`the body shows ${inside}`)
  const whole = `${keepsCode(request) ? '' : headers}\n${body}`
  for (const secret of [canary, live.deviceCode, live.refreshToken, live.accessToken]) {
    if (whole.includes(secret)) faults.push('a submitted secret came back')
  }
  // RFC 6749 §5.2; other people's clients stop polling at a challenge, whatever the status says (B18)
  if (speaksOAuth(pathOf(request)) && status !== 401 && /^www-authenticate:/im.test(headers)) {
    faults.push('a challenge without 401')
  }
  if (status >= 400 && request.method !== 'HEAD' && !hasErrorShape(pathOf(request), body)) {
    faults.push('the body is no error document of its wire')
  }
  return faults
}

/** Addresses of the original that a person's browser visits: they answer with pages. */
const pagesAmongApis = ['callback', 'device/verify', 'device/complete', 'device/error'].map(
  (page) => `/api/v1/auth/${page}`,
)

/** Small, and of the length it says: such a request has a right to an answer. */
const isWellFramed = ({ headers, body }: RawRequest) =>
  body.byteLength < 8_000 &&
  headers.every(
    ([name, value]) => value.length < 8_000 && !/^(content-length|transfer-encoding|upgrade|expect)$/i.test(name),
  )

/** Here `code` is a user code, which the redirect to `/device` is there to keep. */
const keepsCode = (request: RawRequest) => pathOf(request).startsWith('/api/v1/auth/device/verify')

const speaksOAuth = (path: string) => path.startsWith('/oauth/') || path.startsWith('/api/v1/auth/device')

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
