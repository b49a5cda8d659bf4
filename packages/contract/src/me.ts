/** Who is signed in. A file of its own: most commands ask for nothing else. */
import * as z from 'zod/mini'
import { role } from './access.ts'

/** The signed-in person (`me`, `GET /api/v1/auth/me`). `external_id` is the identity provider's subject, an ORCID iD for ORCID. */
export const me = z.object({
  id: z.string(),
  display_name: z.nullable(z.string()),
  provider: z.string(),
  external_id: z.string(),
  roles: z.array(role),
})
export type Me = z.infer<typeof me>
