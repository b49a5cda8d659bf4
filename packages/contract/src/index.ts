/**
 * Shapes that both sides need at run time. It owns no rule: what is allowed and when is decided in `core`.
 *
 * oauth.ts            grant types, error codes, start and token documents (RFC 6749, RFC 8628)
 * access.ts           scopes, roles, built-in clients
 * account.ts          me, sessions, a pending device
 * server-document.ts  /.well-known/osa
 * v1.ts               request shapes and error codes of the JSON wire
 */
export * from './access.ts'
export * from './account.ts'
export * from './oauth.ts'
export * from './server-document.ts'
export * from './v1.ts'
