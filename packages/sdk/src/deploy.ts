/**
 * @osa/sdk/deploy: what `osa deploy` is made of, for tools that do the same. It builds no image and prints nothing.
 *
 * convention/find-file.ts  which file holds a folder's conventions
 * convention/load.ts       reads them; a `.ts` or `.js` file is run (load-module.ts)
 * convention/check.ts      every issue in all of them, by the schema that the node checks with
 * convention/register.ts   sends them in one call
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
