/** Who is signed in, and from which terminals. */
import { z } from 'zod'
import { role } from './access.ts'

/** The signed-in person (`me`, `GET /api/v1/auth/me`). `external_id` is the identity provider's subject, an ORCID iD for ORCID. */
export const me = z.object({
  id: z.string(),
  display_name: z.string().nullable(),
  provider: z.string(),
  external_id: z.string(),
  roles: z.array(role),
})
export type Me = z.infer<typeof me>

/** One sign-in of a terminal or tool: a refresh-token family. */
export const session = z.object({
  id: z.string(),
  client_id: z.string(),
  client_name: z.string(),
  device_name: z.string().nullable(),
  scope: z.string(),
  ip: z.string().nullable(),
  created_at: z.date(),
  last_used_at: z.date(),
  expires_at: z.date(),
  /** True for the session that the presented access token belongs to. */
  current: z.boolean(),
})
export type Session = z.infer<typeof session>

/** A pending device authorization as its user code's finder may see it (`device.verify`). */
export const pendingDevice = z.object({
  client_name: z.string(),
  scope: z.string(),
  expires_in: z.int().nonnegative(),
  /** The page on which a person continues: sign in, then approve or deny. */
  continue_uri: z.url(),
})
export type PendingDevice = z.infer<typeof pendingDevice>
