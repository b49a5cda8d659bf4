/** The start of a device login (RFC 8628 §3.1, §3.2), and the checks of what the server says about it. */

import { OsaError } from '../errors.ts'
import { canonicalServer, isLoopback, isSameOrigin } from '../server-url.ts'
import { cleanText } from '../text.ts'
import { type DeviceAuthorization, readDeviceAuthorization } from './answers.ts'
import type { Http } from './http.ts'
import { unexpectedAnswer } from './unexpected-answer.ts'

const userCodeShape = /^[A-Z0-9]{3,12}([- ][A-Z0-9]{3,12}){0,3}$/
const maxUriBytes = 2048
const maxLifetimeSeconds = 1800
const defaultIntervalSeconds = 5
export const maxIntervalSeconds = 60

/** Everything a person needs to approve, and what the terminal polls with. Times are milliseconds of the local clock. */
export interface PendingLogin {
  readonly server: string
  readonly userCode: string
  readonly verificationUri: string
  /** With the code filled in; the plain address when the server sends none. */
  readonly verificationUriComplete: string
  readonly expiresAtMs: number
  readonly intervalSeconds: number
  /** Secret: what the polls prove themselves with. */
  readonly deviceCode: string
}

/** RFC 8628 §3.2, §3.5: a missing or odd interval is 5 s; none is shorter than 1 s or longer than a minute (timers overflow). */
export const clampInterval = (seconds: number | null): number =>
  seconds === null ? defaultIntervalSeconds : Math.min(Math.max(seconds, 1), maxIntervalSeconds)

/** The address, if a person may be sent there: on the server itself, encrypted or on this machine, and without a user name. */
const checkedUri = (text: string, server: string): string => {
  const fail = (): never => {
    throw new OsaError(
      'untrusted_verification_url',
      `The server wants you to sign in at ${cleanText(text)}, which is not on ${server}`,
      {
        server,
        details: ["Its BASE_URL is probably misconfigured; osa won't open that address."],
        hint: "Tell the archive's administrator",
      },
    )
  }
  if (text.length > maxUriBytes || /[\s\u0000-\u001f\u007f-\u{10ffff}]/u.test(text) || !URL.canParse(text))
    return fail()
  const url = new URL(text)
  const isWeb =
    url.protocol === 'https:' || (url.protocol === 'http:' && (isLoopback(url) || server.startsWith('http:')))
  return isWeb && url.username === '' && url.password === '' && isSameOrigin(url, server) ? url.href : fail()
}

const toPendingLogin = (server: string, started: DeviceAuthorization, nowMs: number): PendingLogin => {
  if (!userCodeShape.test(started.userCode)) {
    throw new OsaError('not_an_osa_server', `${server} sent something that is not a sign-in code`, { server })
  }
  const verificationUri = checkedUri(started.verificationUri, server)
  return {
    server,
    userCode: started.userCode,
    verificationUri,
    verificationUriComplete:
      started.verificationUriComplete === null ? verificationUri : checkedUri(started.verificationUriComplete, server),
    expiresAtMs: nowMs + Math.min(started.expiresInSeconds, maxLifetimeSeconds) * 1000,
    intervalSeconds: clampInterval(started.intervalSeconds),
    deviceCode: started.deviceCode,
  }
}

/**
 * Starts a login (RFC 8628 §3.1). Throws `not_an_osa_server` and its kin for answers that do not hold, and
 * `untrusted_verification_url` when the page to open is not on the server itself (§5.4).
 */
export const startDeviceLogin = async (options: {
  http: Http
  server: string
  deviceName: string
  now: () => number
  signal?: AbortSignal
}): Promise<PendingLogin> => {
  const server = canonicalServer(options.server, { allowHttp: true })
  const answer = await options.http({
    server,
    method: 'POST',
    path: '/api/v1/auth/device',
    json: { client_id: 'osa-cli', scope: 'profile conventions:write', device_name: options.deviceName },
    signal: options.signal,
  })
  const started = answer.status === 200 ? readDeviceAuthorization(answer.json) : null
  if (!started) throw unexpectedAnswer(answer)
  return toPendingLogin(server, started, options.now())
}
