/** Sessions of a person, pending device authorizations, and error codes of access tokens. */
import * as z from 'zod/mini'

export const bearerErrorCodes = ['missing_token', 'token_expired', 'invalid_token'] as const
/** What is wrong with an access token: `data.token_error` of an `UNAUTHORIZED` on tRPC, the code of a 401 on v1. */
export type BearerErrorCode = (typeof bearerErrorCodes)[number]

export const approvals = ['same_computer', 'typed', 'prefilled'] as const
/**
 * What an approval was based on: the browser had reached the terminal's listener (`same_computer`), the person had typed the code by hand
 * (`typed`), or the person had opened a link that contained the code (`prefilled`).
 */
export type Approval = (typeof approvals)[number]

/** A signed-in terminal or tool: one refresh-token family. */
export interface Session {
  id: string
  client_id: string
  client_name: string
  /** The name that the person gave it, otherwise the one that the terminal sent at the start; null without either. */
  device_name: string | null
  /** Words separated by spaces. */
  scope: string
  ip: string | null
  created_at: Date
  /** Rounded down to the hour, so that it does not reveal each refresh of the session. For the current session, the present hour. */
  last_used_at: Date
  expires_at: Date
  /** True for the session of the presented access token. */
  current: boolean
  /** How it was approved. Null for sessions from before this was recorded; older nodes leave it out. */
  approval?: Approval | null | undefined
}
export const session = z.object({
  id: z.string(),
  client_id: z.string(),
  client_name: z.string(),
  device_name: z.nullable(z.string()),
  scope: z.string(),
  ip: z.nullable(z.string()),
  created_at: z.date(),
  last_used_at: z.date(),
  expires_at: z.date(),
  current: z.boolean(),
  approval: z.optional(z.nullable(z.enum(approvals))),
}) satisfies z.ZodMiniType<Session>

/** What `device.verify` tells about a pending device authorization. */
export interface PendingDevice {
  client_name: string
  /** Words separated by spaces. */
  scope: string
  /** Seconds until the code expires. */
  expires_in: number
  /** The page on which the person continues: they sign in, then approve or deny. */
  continue_uri: string
}
export const pendingDevice = z.object({
  client_name: z.string(),
  scope: z.string(),
  expires_in: z.int().check(z.nonnegative()),
  continue_uri: z.url(),
}) satisfies z.ZodMiniType<PendingDevice>
