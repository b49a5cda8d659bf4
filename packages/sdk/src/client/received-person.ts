/** What a node may answer to `me`. Separate from received.ts, because most commands make no other call and building schemas is slow. */
import { me } from '@osa/contract'
import * as z from 'zod/mini'

const text = z.string().check(z.minLength(1), z.maxLength(4_096))

/** Unknown roles are accepted: a newer node may have more. */
const person = z.extend(me, {
  id: text,
  display_name: z.nullable(z.string().check(z.maxLength(4_096))),
  provider: text,
  external_id: text,
  roles: z.array(z.string().check(z.maxLength(100))),
})

/** Returns the answer to `me` without keys that the contract does not know, or null if it is not a valid answer. */
export function checkPerson(value: unknown): { value: unknown } | null {
  const checked = person.safeParse(value)
  return checked.success ? { value: checked.data } : null
}
