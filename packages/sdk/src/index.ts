/**
 * @osa/sdk: what every runtime can use; no Node built-ins. Signing in and saved logins are in `@osa/sdk/node`.
 *
 * errors.ts      OsaError, the one error class, and the closed set of its codes
 * server-url.ts  one spelling for each server
 */

export * from './errors.ts'
export { canonicalServer } from './server-url.ts'
export type { Tokens, User } from './wire/answers.ts'
