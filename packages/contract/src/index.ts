/**
 * Shapes that both sides need at run time. It owns no rule: what is allowed and when is decided in `core`.
 *
 * oauth.ts            grant types, error codes, start and token documents (RFC 6749, RFC 8628)
 * access.ts           scopes, roles, built-in clients
 * me.ts               who is signed in
 * account.ts          sessions, a pending device
 * convention/         what `osa deploy` sends: manifest.ts; what is missing in one: issues.ts; what a node answers: registered.ts
 * envelope.ts         how values travel over tRPC (entry `@osa/contract/envelope`, without zod)
 * inputs.ts           what procedures take; input-issues.ts: what is wrong with what came
 * server-document.ts  /.well-known/osa
 * text.ts             text from outside, made fit to be shown (entry `@osa/contract/text`, without zod)
 * v1.ts               request shapes and error codes of the JSON wire
 * testing/            a convention to test with (entry `@osa/contract/testing`)
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
