/** What is wrong with a token, the terminals of a person, and those that wait for one. */
import * as z from 'zod/mini'

export const bearerErrorCodes = ['missing_token', 'token_expired', 'invalid_token'] as const
/** What is wrong with an access token: `data.token_error` of an `UNAUTHORIZED` on tRPC, the code of a 401 on v1. */
export type BearerErrorCode = (typeof bearerErrorCodes)[number]

export const approvals = ['same_computer', 'typed', 'prefilled'] as const
/**
 * What tied a terminal to the browser in which it was approved: the browser reached the terminal's own listener, its person typed the code
 * by hand, or only a link that had the code in it.
 */
export type Approval = (typeof approvals)[number]

/** One sign-in of a terminal or tool: a refresh-token family. */
export interface Session {
  id: string
  client_id: string
  client_name: string
  /** As the person named it, or as the terminal did at its start; null when neither said. */
  device_name: string | null
  /** Words separated by spaces. */
  scope: string
  ip: string | null
  created_at: Date
  /** In whole hours, so that nobody can follow a session's renewals by it; of the current session, this hour. */
  last_used_at: Date
  expires_at: Date
  /** True for the session that the presented access token belongs to. */
  current: boolean
  /** How it was approved; null for sessions from before that was kept. Nodes of before do not say. */
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

/** A pending device authorization as its user code's finder may see it (`device.verify`). */
export interface PendingDevice {
  client_name: string
  /** Words separated by spaces. */
  scope: string
  /** Seconds. */
  expires_in: number
  /** The page on which a person continues: sign in, then approve or deny. */
  continue_uri: string
}
export const pendingDevice = z.object({
  client_name: z.string(),
  scope: z.string(),
  expires_in: z.int().check(z.nonnegative()),
  continue_uri: z.url(),
}) satisfies z.ZodMiniType<PendingDevice>
