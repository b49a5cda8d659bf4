/** The signed-in person. Kept apart from `account.ts`, since most commands need nothing else. */
import * as z from 'zod/mini'
import { type Role, role } from './access.ts'

/** The signed-in person (`me`, `GET /api/v1/auth/me`). */
export interface Whoami {
  /** The node's id for the person. */
  id: string
  display_name: string | null
  /** The identity provider where the person signs in: `orcid`. */
  provider: string
  /** The identity provider's subject: an ORCID iD for ORCID. */
  external_id: string
  roles: Role[]
}
export const me = z.object({
  id: z.string(),
  display_name: z.nullable(z.string()),
  provider: z.string(),
  external_id: z.string(),
  roles: z.array(role),
}) satisfies z.ZodMiniType<Whoami>
