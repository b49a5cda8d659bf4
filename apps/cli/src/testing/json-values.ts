/** The values in the documents of `--json`, for json-shapes.ts. */
import { errorCodes } from '@osa/sdk/node'
import { z } from 'zod'

export const instant = z.iso.datetime()
export const version = z.literal(1)
export const absolutePath = z.string().startsWith('/')

export const server = z.strictObject({
  url: z.url(),
  source: z.enum(['--server', 'OSA_SERVER', '.osa/config.json', 'only stored login', 'prompt']),
  link_file: absolutePath.optional(),
})

export const storage = z.strictObject({
  kind: z.enum(['file', 'keychain', 'env', 'flag']),
  path: absolutePath.optional(),
  service: z.string().optional(),
  reason: z.string().optional(),
})

export const user = z.strictObject({
  id: z.string(),
  display_name: z.string().nullable(),
  provider: z.string(),
  external_id: z.string(),
  roles: z.array(z.string()),
})

export const issue = z.strictObject({ path: z.string(), message: z.string().min(1) })

export const errorFields = z.strictObject({
  code: z.enum([...errorCodes, 'interrupted']),
  message: z.string().min(1),
  hint: z.string().optional(),
  exit_code: z.int().min(1).max(143),
  server: z.url().optional(),
  http_status: z.int().optional(),
  retryable: z.boolean(),
  path: z.string().optional(),
  backup: z.string().optional(),
  request_id: z.string().optional(),
  issues: z.array(issue).min(1).optional(),
})

const problemCodes = [
  'environment_override',
  'loose_permissions',
  'two_config_dirs',
  'clock_skew',
  'foreign_link',
] as const
export const problem = z.strictObject({
  code: z.enum([...errorCodes, ...problemCodes]),
  message: z.string().min(1),
  hint: z.string().optional(),
})

export const approval = z.enum(['same_computer', 'typed', 'prefilled'])

export const loginState = z.strictObject({
  url: z.url(),
  current: z.boolean(),
  user: user.optional(),
  approval: approval.optional(),
  state: z.enum(['ok', 'expired_refreshable', 'session_ended', 'unverified', 'store_locked']),
  storage,
  access_expires_at: instant.nullable(),
})

export const session = z.strictObject({
  id: z.string(),
  client_id: z.string(),
  client_name: z.string(),
  device_name: z.string().nullable(),
  ip: z.string().nullable(),
  created_at: instant,
  last_used_at: instant,
  expires_at: instant,
  current: z.boolean(),
  approval: approval.nullable().optional(),
})

export const service = z.strictObject({ name: z.string(), state: z.string() })

export const schemaId = z.strictObject({ id: z.string(), version: z.string() })

export const build = z.strictObject({
  name: z.string(),
  image: z.string(),
  context: z.string(),
  dockerfile: z.string(),
})

export const convention = z.strictObject({
  slug: z.string(),
  title: z.string(),
  description: z.string(),
  schema_id: schemaId,
  hooks: z.array(z.string()),
  version: z.int().min(1),
  created_at: instant,
})
