/** Every route of a node, with its method and encoding, and the names of all parameters. */

export interface FuzzedRoute {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly speaks: 'form' | 'json' | 'trpc' | 'query'
}

const routesOf = (
  method: FuzzedRoute['method'],
  speaks: FuzzedRoute['speaks'],
  paths: readonly string[],
): FuzzedRoute[] => paths.map((path) => ({ method, path, speaks }))

/** tRPC mutations are called by POST, queries and subscriptions by GET. */
export const fuzzedRoutes: readonly FuzzedRoute[] = [
  ...routesOf('GET', 'query', [
    '/',
    '/.well-known/oauth-authorization-server',
    '/.well-known/openid-configuration',
    '/.well-known/jwks.json',
    '/.well-known/osa',
    '/device',
    '/device/confirm',
    '/device/complete',
    '/device/error',
    '/account/sessions',
    '/admin',
    '/admin/sessions',
    '/admin/people',
    '/admin/audit',
    '/conventions',
    '/conventions/protein-structures',
    '/api/v1/auth/device/verify',
    '/api/v1/auth/device/complete',
    '/api/v1/auth/device/error',
    '/api/v1/auth/callback',
    '/api/v1/auth/callback/oidc',
    '/api/v1/auth/me',
    '/api/v1/conventions',
    '/api/v1/conventions/protein-structures',
    '/development/sign-in',
    '/healthz',
    '/readyz',
  ]),
  ...routesOf('POST', 'form', [
    '/oauth/device_authorization',
    '/oauth/token',
    '/oauth/revoke',
    '/oauth/introspect',
    '/device',
    '/device/confirm',
    '/device/switch-account',
    '/account/sessions',
    '/account/sign-in',
    '/account/sessions/name',
    '/account/sign-out',
    '/admin/sign-in',
    '/admin/device-grant',
    '/admin/keys',
    '/admin/sessions',
    '/admin/people',
    '/development/sign-in',
  ]),
  ...routesOf('POST', 'json', [
    '/api/v1/auth/device',
    '/api/v1/auth/device/token',
    '/api/v1/auth/refresh',
    '/api/v1/auth/logout',
    '/api/v1/conventions',
  ]),
  ...routesOf('POST', 'trpc', [
    '/trpc/device.start',
    '/trpc/device.verify',
    '/trpc/device.token',
    '/trpc/session.refresh',
    '/trpc/session.end',
    '/trpc/session.revoke',
    '/trpc/conventions.deploy',
  ]),
  ...routesOf('GET', 'trpc', [
    '/trpc/device.watch',
    '/trpc/session.list',
    '/trpc/me',
    '/trpc/server.info',
    '/trpc/conventions.list',
    '/trpc/conventions.get',
  ]),
]

/** Parameters whose values are or may be secrets. Their values must never appear in an answer. */
export const secretNames = [
  'device_code',
  'refresh_token',
  'token',
  'client_secret',
  'client_assertion',
  'code',
  'state',
] as const

export const plainNames = [
  'client_id',
  'grant_type',
  'scope',
  'device_name',
  'user_code',
  'token_type_hint',
  'decision',
  'flow',
  'person',
  'provider',
  'form_token',
  'session_id',
  'error',
  'iss',
  'input',
  'batch',
  'slug',
  'version',
  'title',
  'conventions',
  'search',
  'device',
  'address',
  'event',
  'before',
  'session',
  'all_of',
  'role',
  'rotate',
  'device_grant',
] as const
