/** The documents of `--json`, exactly: a key too many or too few is a change of the contract with scripts. */
import { errorCodes } from '@osa/sdk/node'
import { z } from 'zod'
import { checks } from '../doctor/finding.ts'

const instant = z.iso.datetime()
const version = z.literal(1)

const server = z.strictObject({
  url: z.url(),
  source: z.enum(['--server', 'OSA_SERVER', '.osa/config.json', 'only stored login', 'prompt']),
  link_file: z.string().startsWith('/').optional(),
})

const storage = z.strictObject({
  kind: z.enum(['file', 'keychain', 'env', 'flag']),
  path: z.string().startsWith('/').optional(),
  service: z.string().optional(),
  reason: z.string().optional(),
})

const user = z.strictObject({
  id: z.string(),
  display_name: z.string().nullable(),
  provider: z.string(),
  external_id: z.string(),
  roles: z.array(z.string()),
})

const errorFields = z.strictObject({
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
  issues: z
    .array(z.strictObject({ path: z.string(), message: z.string().min(1) }))
    .min(1)
    .optional(),
})

/** What every command prints when it fails. */
export const failure = z.strictObject({ v: version, ok: z.literal(false), error: errorFields })

const ok = <T extends z.ZodRawShape>(shape: T) => z.strictObject({ v: version, ok: z.literal(true), ...shape })

const problem = z.strictObject({
  code: z.enum([
    ...errorCodes,
    'environment_override',
    'loose_permissions',
    'two_config_dirs',
    'clock_skew',
    'foreign_link',
  ]),
  message: z.string().min(1),
  hint: z.string().optional(),
})

const approval = z.enum(['same_computer', 'typed', 'prefilled'])

const loginState = z.strictObject({
  url: z.url(),
  current: z.boolean(),
  user: user.optional(),
  approval: approval.optional(),
  state: z.enum(['ok', 'expired_refreshable', 'session_ended', 'unverified', 'store_locked']),
  storage,
  access_expires_at: instant.nullable(),
})

const session = z.strictObject({
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

const schemaId = z.strictObject({ id: z.string(), version: z.string() })

const convention = z.strictObject({
  slug: z.string(),
  title: z.string(),
  description: z.string(),
  schema_id: schemaId,
  hooks: z.array(z.string()),
  version: z.int().min(1),
  created_at: instant,
})

/** `osa login --json`: one of these a line, the result last. */
export const loginEvent = z.discriminatedUnion('event', [
  z.strictObject({
    v: version,
    event: z.literal('verification'),
    verification_uri: z.url(),
    verification_uri_complete: z.url(),
    user_code: z.string(),
    expires_at: instant,
    interval: z.number(),
    storage,
  }),
  z.strictObject({
    v: version,
    event: z.literal('waiting'),
    reason: z.enum(['pending', 'slow_down', 'unreachable']),
    seconds_left: z.int(),
  }),
  z.discriminatedUnion('ok', [
    z.strictObject({
      v: version,
      event: z.literal('result'),
      ok: z.literal(true),
      server,
      user: user.nullable(),
      storage,
      linked: z.string().optional(),
      already_logged_in: z.literal(true).optional(),
      warnings: z.array(z.string()),
    }),
    z.strictObject({ v: version, event: z.literal('result'), ok: z.literal(false), error: errorFields }),
  ]),
])

/** What each command prints when it succeeds. */
export const success = {
  logout: ok({
    results: z.array(
      z.strictObject({
        server: z.url(),
        removed: z.boolean(),
        revoked: z.union([z.boolean(), z.literal('skipped')]),
        reason: z.string().optional(),
      }),
    ),
    env_token_still_set: z.boolean(),
  }),
  link: ok({
    server: z.strictObject({ url: z.url(), name: z.string().optional(), version: z.string().optional() }),
    path: z.string().startsWith('/'),
    previous: z.url().optional(),
    backup: z.string().optional(),
    verified: z.boolean(),
  }),
  unlink: ok({ removed: z.boolean(), previous: z.string().optional() }),
  whoami: ok({
    server,
    user,
    auth: z.strictObject({
      source: z.enum(['--token', 'OSA_TOKEN', 'stored login']),
      storage,
      access_expires_at: instant.nullable(),
      refreshable: z.boolean(),
    }),
    verified: z.boolean(),
  }),
  status: ok({
    cli: z.strictObject({ version: z.string(), node: z.string(), config_dir: z.string() }),
    server: server.nullable(),
    link: z
      .strictObject({ path: z.string(), url: z.string(), state: z.enum(['ok', 'malformed', 'foreign_owner']) })
      .nullable(),
    logins: z.array(loginState),
    env: z.strictObject({
      OSA_SERVER: z.string().optional(),
      OSA_TOKEN: z.enum(['set', 'empty']).optional(),
      OSA_CREDENTIAL_STORE: z.string().optional(),
    }),
    problems: z.array(problem),
    local_archive: z
      .strictObject({ services: z.array(z.strictObject({ name: z.string(), state: z.string() })).nullable() })
      .optional(),
  }),
  init: ok({
    folder: z.string().startsWith('/'),
    files: z.array(z.string()).min(1),
    installed: z.boolean(),
    reason: z.string().optional(),
  }),
  doctor: ok({
    healthy: z.boolean(),
    checks: z.array(
      z.strictObject({
        check: z.enum(checks),
        state: z.enum(['ok', 'warning', 'problem', 'skipped']),
        found: z.string().min(1),
        todo: z.string().optional(),
        code: z.enum(errorCodes).optional(),
      }),
    ),
  }),
  deploy: ok({
    server,
    auth: z.strictObject({ source: z.enum(['--token', 'OSA_TOKEN', 'stored login']) }),
    conventions: z.array(
      z.strictObject({
        title: z.string(),
        slug: z.string(),
        schema_id: z.string().regex(/^[a-z][a-z0-9-]*@\d/),
        version: z.int().min(1),
        changed: z.boolean(),
      }),
    ),
    elapsed_ms: z.int(),
    token_refreshed: z.boolean(),
  }),
  dryRun: ok({
    dry_run: z.literal(true),
    server: server.optional(),
    builds: z.array(
      z.strictObject({ name: z.string(), image: z.string(), context: z.string(), dockerfile: z.string() }),
    ),
    send: z.strictObject({ conventions: z.array(z.record(z.string(), z.unknown())) }),
  }),
  token: ok({ server: z.url(), access_token: z.string(), expires_at: instant.nullable() }),
  sessions: ok({ server: z.url(), sessions: z.array(session) }),
  revoked: ok({ server: z.url(), revoked: z.string(), current: z.boolean() }),
  verify: ok({
    server: z.url(),
    client_name: z.string(),
    scope: z.string(),
    expires_in: z.int(),
    continue_uri: z.url(),
  }),
  conventions: ok({ server: z.url(), conventions: z.array(convention) }),
  convention: ok({
    server: z.url(),
    convention: convention.extend({
      content_hash: z.string(),
      manifest: z.record(z.string(), z.unknown()),
      versions: z.array(
        z.strictObject({
          version: z.int().min(1),
          schema_id: schemaId,
          content_hash: z.string(),
          created_at: instant,
          deployed_by: z.string().nullable(),
        }),
      ),
    }),
  }),
  open: ok({ server: z.url(), url: z.url() }),
  completions: ok({ shell: z.enum(['bash', 'zsh', 'fish', 'powershell']), script: z.string() }),
  installedCompletions: ok({
    shell: z.enum(['bash', 'zsh', 'fish', 'powershell']),
    path: z.string().startsWith('/'),
    changed: z.boolean(),
    start_up: z
      .strictObject({ file: z.string(), line: z.string(), state: z.enum(['there', 'added', 'missing']) })
      .optional(),
  }),
  help: ok({ help: z.string() }),
}
