/** More OAuth clients from a file (`OSA_CLIENTS_FILE`). Their secrets are there as hashes only. */
import { grantTypes, scopes } from '@osa/contract'
import type { Client } from '@osa/core'
import { z } from 'zod'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const entry = z.strictObject({
  client_id: z
    .string()
    .regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,100}$/, { error: 'must be 1 to 100 visible ASCII characters' })
    // people's ids are UUIDs: a client must never be able to pass for one (RFC 9700 §4.15)
    .refine((id) => !uuid.test(id), { error: 'must not be a UUID, which is what people are called in tokens' }),
  client_name: z.string().min(1).max(100),
  grant_types: z.array(z.enum(grantTypes)).min(1),
  scope: z.string().refine((scope) => scope.split(' ').every((name) => (scopes as readonly string[]).includes(name)), {
    error: `may name only ${scopes.join(', ')}`,
  }),
  client_secret_sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, { error: 'must be a SHA-256 in lower-case hex' })
    .optional(),
})

/** The clients of a file's text, or every problem with it. `taken` are the ids of the built-in clients. */
export function parseClientsFile(
  text: string,
  taken: ReadonlySet<string>,
): { clients: Client[] } | { problems: string[] } {
  const document = parseJson(text)
  if (document === undefined) return { problems: ['is not JSON'] }
  const parsed = z.array(entry).safeParse(document)
  if (!parsed.success) return { problems: parsed.error.issues.map((issue) => `${place(issue.path)}${issue.message}`) }
  const ids = parsed.data.map(({ client_id }) => client_id)
  const repeated = ids.filter((id, index) => taken.has(id) || ids.indexOf(id) !== index)
  if (repeated.length > 0) return { problems: repeated.map((id) => `the client_id ${id} is already taken`) }
  return { clients: parsed.data.map(toClient) }
}

const place = (path: readonly PropertyKey[]): string => (path.length === 0 ? '' : `${path.map(String).join('.')}: `)

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // JSON has no undefined, so it can mean "not JSON"
  }
}

const toClient = (client: z.infer<typeof entry>): Client => ({
  clientId: client.client_id,
  clientName: client.client_name,
  grantTypes: client.grant_types,
  scope: client.scope.split(' '),
  ...(client.client_secret_sha256 === undefined ? {} : { clientSecretSha256: client.client_secret_sha256 }),
})
