/**
 * The shapes of data that both clients and the node need at run time. `core` decides what is allowed and when.
 *
 * oauth.ts            grant types, error codes, start and token documents (RFC 6749, RFC 8628)
 * access.ts           scopes, roles, built-in clients
 * me.ts               who is signed in
 * account.ts          sessions, pending device authorizations
 * convention/         what `osa deploy` sends: manifest.ts; the issues of a convention: issues.ts; a node's answers: registered.ts
 * envelope.ts         reads values sent over tRPC (entry `@osa/contract/envelope`, without zod)
 * inputs.ts           inputs of procedures; input-issues.ts: the issues of an input
 * server-document.ts  /.well-known/osa
 * text.ts             makes untrusted text safe to show (entry `@osa/contract/text`, without zod)
 * v1.ts               request shapes and error codes of the JSON wire
 * testing/            a sample convention for tests (entry `@osa/contract/testing`)
 */
export * from './access.ts'
export * from './account.ts'
export { type Build, build, type Release, release } from './convention/container.ts'
export { checkConvention, type Issue, issuesOf, maxConventionBytes } from './convention/issues.ts'
export * from './convention/manifest.ts'
export type { MetadataField } from './convention/metadata-schema.ts'
export * from './convention/registered.ts'
export { isSlug, slugOf } from './convention/slug.ts'
export { EnvelopeError, type EnvelopeRules, readEnvelope } from './envelope.ts'
export * from './input-issues.ts'
export * from './inputs.ts'
export * from './me.ts'
export * from './oauth.ts'
export * from './server-document.ts'
export { cleanText } from './text.ts'
export * from './v1.ts'
