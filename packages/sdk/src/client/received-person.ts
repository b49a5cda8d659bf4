/** What a node may answer to `me`. Apart from received.ts, since most commands make no other call, and schemas take long to make. */
import { me } from '@osa/contract'
import * as z from 'zod/mini'

const text = z.string().check(z.minLength(1), z.maxLength(4_096))

/** Roles of a newer node are let pass. */
const person = z.extend(me, {
  id: text,
  display_name: z.nullable(z.string().check(z.maxLength(4_096))),
  provider: text,
  external_id: text,
  roles: z.array(z.string().check(z.maxLength(100))),
})

/** The answer to `me`, as far as the contract knows it; null when it is none. */
export function checkPerson(value: unknown): { value: unknown } | null {
  const checked = person.safeParse(value)
  return checked.success ? { value: checked.data } : null
}
