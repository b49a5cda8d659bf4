/**
 * The rules of an OSA node, without I/O: no clock, no environment, no database, no HTTP. Time, randomness and storage are passed in as
 * dependencies. `auth/auth.ts` and `conventions/conventions.ts` are the tables of contents.
 */
export type * from './auth/auth.ts'
export type * from './auth/browser-operations.ts'
export * from './auth/client.ts'
export { createAuth } from './auth/create-auth.ts'
export { createDecisionListeners, type DecisionListeners } from './auth/decision-listeners.ts'
export { type AuthDependencies, isUuid, type StartTimer } from './auth/dependencies.ts'
export type { KeyStage, RotationOutcome } from './auth/key-rotation.ts'
export * from './auth/keys.ts'
export {
  type AuditQuery,
  createOperator,
  type Operator,
  type PersonReference,
} from './auth/operator.ts'
export * from './auth/policy.ts'
export type * from './auth/ports.ts'
export * from './auth/refusal.ts'
export type * from './auth/rows.ts'
export { auditEvents } from './auth/rows.ts'
export * from './auth/secret.ts'
export { callbackUrl } from './auth/sign-in.ts'
export { keySetMaxAgeSeconds } from './auth/signing-keys.ts'
export type * from './auth/store.ts'
export { storedText } from './auth/text.ts'
export { formatUserCode, normaliseUserCode } from './auth/user-code.ts'
export * from './conventions/conventions.ts'
export { createConventions } from './conventions/create-conventions.ts'
export { refuseDeploy } from './conventions/permission.ts'
export type * from './conventions/ports.ts'
export type * from './conventions/rows.ts'
