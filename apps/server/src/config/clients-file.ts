/** Additional OAuth clients, read from a file (`OSA_CLIENTS_FILE`). The file holds only hashes of their secrets. */
import { grantTypes, scopes } from '@osa/contract'
import type { Client } from '@osa/core'
import { z } from 'zod'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const entry = z.strictObject({
  client_id: z
    .string()
    .regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,100}$/, { error: 'must be 1 to 100 visible ASCII characters' })
    // user ids are UUIDs, so a client with a UUID could be mistaken for a user (RFC 9700 §4.15)
    .refine((id) => !uuid.test(id), { error: 'must not be a UUID, because tokens identify people by UUIDs' }),
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

/** Parses the text of a clients file. Returns its clients, or every problem with it. `taken` are the ids of the built-in clients. */
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
    return undefined // JSON cannot express undefined, so this means "not JSON"
  }
}

const toClient = (client: z.infer<typeof entry>): Client => ({
  clientId: client.client_id,
  clientName: client.client_name,
  grantTypes: client.grant_types,
  scope: client.scope.split(' '),
  ...(client.client_secret_sha256 === undefined ? {} : { clientSecretSha256: client.client_secret_sha256 }),
})
