/**
 * What a node may answer: the contract's documents, with limits on texts and numbers, since the server is not trusted. Unknown error codes
 * are accepted (a newer node may have more), and unusable optional values are replaced by defaults. Loaded on Node, at the first call
 * other than `me`.
 */
import {
  conventionDetail,
  conventionSummary,
  deployOutcome,
  deviceAuthorizationResponse,
  deviceDecided,
  oauthError,
  serverDocument,
  session,
  tokenResponse,
} from '@osa/contract'
import * as z from 'zod/mini'

const text = (maxLength = 4_096) => z.string().check(z.minLength(1), z.maxLength(maxLength))
/** Visible ASCII, which is allowed in a header. */
const token = z.string().check(z.regex(/^[\x21-\x7e]{1,16384}$/))
const positive = z.number().check(z.positive())
const orNull = z.nullable(z.string().check(z.maxLength(4_096)))

const refusal = z.extend(oauthError, {
  error: z.string().check(z.regex(/^[a-z_]{1,60}$/)),
  error_description: z.catch(z.string(), ''),
  interval: z.catch(z.optional(positive), undefined),
})

/** RFC 8628 §3.2, §3.5: the interval is 5 s by default. device-login.ts limits the times to sensible values. */
const started = z.extend(deviceAuthorizationResponse, {
  device_code: token,
  user_code: text(),
  verification_uri: text(),
  verification_uri_complete: z.optional(text()),
  expires_in: positive,
  interval: z.catch(positive, 5),
})

const pending = z.object({
  client_name: text(),
  scope: z.string(),
  expires_in: z.number().check(z.nonnegative()),
  continue_uri: text(),
})

const tokens = z.extend(tokenResponse, {
  access_token: token,
  refresh_token: token,
  token_type: z.string().check(z.regex(/^bearer$/i)),
  expires_in: positive,
  scope: z.catch(z.string(), ''),
})

const tokenOutcome = z.union([refusal, tokens])

const terminal = z.extend(session, {
  id: text(),
  client_id: text(),
  client_name: text(),
  device_name: orNull,
  ip: orNull,
  scope: z.catch(z.string(), ''),
})

const convention = { slug: text(200), title: text(), schema_id: z.object({ id: text(200), version: text(200) }) }

/** `/.well-known/osa` and `server.info`. */
export const receivedServerDocument = z.extend(serverDocument, {
  name: text(),
  description: z.catch(z.optional(text()), undefined),
  logo: z.catch(z.optional(text()), undefined),
  contact: z.catch(z.optional(text()), undefined),
  accent_color: z.catch(z.optional(text(7)), undefined),
  version: text(),
  issuer: text(),
  api: z.catch(z.string(), ''),
  trpc: z.catch(z.string(), ''),
  refresh_reuse_grace_seconds: z.catch(z.number().check(z.nonnegative(), z.maximum(86_400)), 0),
})

const received: Readonly<Record<string, { safeParse(value: unknown): { success: boolean; data?: unknown } }>> = {
  'device.start': z.union([refusal, started]),
  'device.verify': pending,
  'device.token': tokenOutcome,
  'device.watch': z.union([deviceDecided, refusal]),
  'session.refresh': z.union([z.extend(refusal, { reason: z.catch(z.optional(text(60)), undefined) }), tokens]),
  'session.end': z.object({ ended: z.literal(true) }),
  'session.list': z.array(terminal),
  'session.revoke': z.object({ revoked: z.literal(true) }),
  'server.info': receivedServerDocument,
  'conventions.deploy': deployOutcome,
  'conventions.list': z.array(z.extend(conventionSummary, convention)),
  'conventions.get': z.extend(conventionDetail, convention),
}

/** Returns the answer to a call without keys that the contract does not know, or null if it is not a valid answer. */
export function checkAnswer(path: string, value: unknown): { value: unknown } | null {
  const document = Object.hasOwn(received, path) ? received[path] : undefined
  if (!document) return { value }
  const checked = document.safeParse(value)
  return checked.success ? { value: checked.data } : null
}
