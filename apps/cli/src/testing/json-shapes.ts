/** The exact JSON documents of `--json`. Scripts depend on them: an additional or missing key is a change of the contract. */
import { errorCodes } from '@osa/sdk/node'
import { z } from 'zod'
import { checks } from '../doctor/finding.ts'
import { shells } from '../shells.ts'
import {
  absolutePath,
  build,
  convention,
  errorFields,
  instant,
  loginState,
  problem,
  schemaId,
  server,
  service,
  session,
  storage,
  user,
  version,
} from './json-values.ts'

/** What every command prints when it fails. */
export const failure = z.strictObject({ v: version, ok: z.literal(false), error: errorFields })

const ok = <T extends z.ZodRawShape>(shape: T) => z.strictObject({ v: version, ok: z.literal(true), ...shape })

/** `osa login --json`: one of these per line, the result last. */
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
    path: absolutePath,
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
    local_archive: z.strictObject({ services: z.array(service).nullable() }).optional(),
  }),
  init: ok({
    folder: absolutePath,
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
    builds: z.array(build),
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
  completions: ok({ shell: z.enum(shells), script: z.string() }),
  installedCompletions: ok({
    shell: z.enum(shells),
    path: absolutePath,
    changed: z.boolean(),
    start_up: z
      .strictObject({ file: z.string(), line: z.string(), state: z.enum(['there', 'added', 'missing']) })
      .optional(),
  }),
  help: ok({ help: z.string() }),
}
