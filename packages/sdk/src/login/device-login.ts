/** Starts a device login (RFC 8628 §3.1, §3.2) and checks the server's answer. */

import type { DeviceAuthorizationResponse } from '@osa/contract'
import type { Network } from '../client/network.ts'
import { OsaError } from '../errors.ts'
import { isLoopback, isSameOrigin } from '../server-url.ts'
import { withSignal } from '../signal.ts'
import { cleanText } from '../text.ts'
import type { LoopbackListener } from './loopback.ts'

const userCodeShape = /^[A-Z0-9]{3,12}([- ][A-Z0-9]{3,12}){0,3}$/
const maxUriBytes = 2048
const maxLifetimeSeconds = 1800
export const maxIntervalSeconds = 60

/** A started login: what a person needs to approve it, and what the terminal polls with. `expiresAtMs` is on the local clock. */
export interface PendingLogin {
  readonly server: string
  readonly userCode: string
  readonly verificationUri: string
  /** The address with the code filled in. Equals `verificationUri` if the server sends none. */
  readonly verificationUriComplete: string
  /** The page for the same-computer proof, which sends the browser to the listener and back. Null if the server has none. */
  readonly sameComputerUri: string | null
  /** True if the login can only be approved in a browser on this computer. */
  readonly isSameComputerRequired: boolean
  readonly expiresAtMs: number
  readonly intervalSeconds: number
  /** The secret that the terminal polls with. */
  readonly deviceCode: string
}

/** Limits an interval (RFC 8628 §3.5) to between 1 s and a minute; timers overflow on huge values. */
export const clampInterval = (seconds: number): number => Math.min(Math.max(seconds, 1), maxIntervalSeconds)

/**
 * Returns an address if it is safe to send a person there: on the server itself, encrypted or on this machine, and without a user name.
 * Otherwise throws `untrusted_verification_url`.
 */
export function checkedVerificationUri(text: string, server: string): string {
  const fail = (): never => {
    throw new OsaError(
      'untrusted_verification_url',
      `The archive wants you to sign in at ${cleanText(text)}, which is not on ${server}`,
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

function toPendingLogin(server: string, started: DeviceAuthorizationResponse, nowMs: number): PendingLogin {
  if (!userCodeShape.test(started.user_code)) {
    throw new OsaError('not_an_osa_server', `${server} sent something that is not a sign-in code`, {
      server,
      hint: "Check the address with your archive's administrator",
    })
  }
  const verificationUri = checkedVerificationUri(started.verification_uri, server)
  const complete: string | undefined = started.verification_uri_complete
  return {
    server,
    userCode: started.user_code,
    verificationUri,
    verificationUriComplete: complete === undefined ? verificationUri : checkedVerificationUri(complete, server),
    sameComputerUri:
      started.same_computer_uri === undefined ? null : checkedVerificationUri(started.same_computer_uri, server),
    isSameComputerRequired: started.same_computer_required ?? false,
    expiresAtMs: nowMs + Math.min(started.expires_in, maxLifetimeSeconds) * 1000,
    intervalSeconds: clampInterval(started.interval),
    deviceCode: started.device_code,
  }
}

/**
 * Starts a login at a server (RFC 8628 §3.1). Throws `server_error` if the server refuses, `same_computer_required` if the server requires a
 * listener and there is none, `untrusted_verification_url` if the page to open is not on the server itself (§5.4), and the codes of
 * `unexpectedAnswer`.
 */
export async function startDeviceLogin(options: {
  network: Network
  server: string
  deviceName: string
  /** The listener for the same-computer proof, if there is one. */
  listener?: Pick<LoopbackListener, 'challenge' | 'port'> | null | undefined
  now: () => number
  signal?: AbortSignal | undefined
}): Promise<PendingLogin> {
  const { network, server, deviceName, listener, now, signal } = options
  const osa = await network.connect(server)
  const input = {
    scope: 'profile conventions:write',
    device_name: deviceName,
    ...(listener ? { loopback_challenge: listener.challenge, loopback_port: listener.port } : {}),
  }
  const started = await osa.device.start.mutate(input, withSignal(signal))
  if (!('error' in started)) return toPendingLogin(server, started, now())
  if (started.error === 'access_denied') {
    throw new OsaError(
      'same_computer_required',
      `${server} accepts a terminal only from a browser on the same computer`,
      {
        server,
        hint: 'Run osa login in a terminal on the computer that your browser is on',
      },
    )
  }
  throw new OsaError('server_error', `The archive refused the sign-in (${cleanText(started.error, 60)})`, {
    server,
    retryable: started.error === 'temporarily_unavailable',
    hint: 'Run osa login again',
  })
}
