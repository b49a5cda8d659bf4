/** What is wrong with a token, the terminals of a person, and those that wait for one. */
import * as z from 'zod/mini'

/** What is wrong with an access token: `data.token_error` of an `UNAUTHORIZED` on tRPC, the code of a 401 on v1. */
export const bearerErrorCodes = ['missing_token', 'token_expired', 'invalid_token'] as const
export type BearerErrorCode = (typeof bearerErrorCodes)[number]

/**
 * What tied a terminal to the browser in which it was approved: the browser reached the terminal's own listener, its person typed the code
 * by hand, or only a link that had the code in it.
 */
export const approvals = ['same_computer', 'typed', 'prefilled'] as const
export type Approval = (typeof approvals)[number]

/** One sign-in of a terminal or tool: a refresh-token family. */
export const session = z.object({
  id: z.string(),
  client_id: z.string(),
  client_name: z.string(),
  device_name: z.nullable(z.string()),
  scope: z.string(),
  ip: z.nullable(z.string()),
  created_at: z.date(),
  /** In whole hours, so that nobody can follow a session's renewals by it; of the current session, this hour. */
  last_used_at: z.date(),
  expires_at: z.date(),
  /** True for the session that the presented access token belongs to. */
  current: z.boolean(),
  /** How it was approved; null for sessions from before that was kept. Nodes of before do not say. */
  approval: z.optional(z.nullable(z.enum(approvals))),
})
export type Session = z.infer<typeof session>

/** A pending device authorization as its user code's finder may see it (`device.verify`). */
export const pendingDevice = z.object({
  client_name: z.string(),
  scope: z.string(),
  expires_in: z.int().check(z.nonnegative()),
  /** The page on which a person continues: sign in, then approve or deny. */
  continue_uri: z.url(),
})
export type PendingDevice = z.infer<typeof pendingDevice>
