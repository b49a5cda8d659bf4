/**
 * @osa/sdk/deploy: the building blocks of `osa deploy`, for tools that deploy too. It builds no images and prints nothing.
 *
 * convention/find-file.ts  finds the file that holds a folder's conventions
 * convention/load.ts       reads the conventions; runs a `.ts` or `.js` file (load-module.ts)
 * convention/check.ts      lists every issue in all of them, using the same schema as the node
 * convention/register.ts   registers them in one call
 */
export { checkConventions, issuePath } from './convention/check.ts'
export type * from './convention/convention.ts'
export { type ConventionFileSearch, conventionFileNames, findConventionFile } from './convention/find-file.ts'
export { type LoadedConventions, loadConventions, readConventionJson } from './convention/load.ts'
export {
  type NotAllowed,
  type PinnedConvention,
  type Registered,
  type RegisteredConvention,
  registerConventions,
} from './convention/register.ts'
