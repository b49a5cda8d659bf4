/**
 * @osa/sdk/convention: what an `osa.config.ts` imports: types, and one function that returns its argument. Nothing is checked here, so that
 * importing it is cheap. `osa deploy` checks the whole file and lists every issue.
 *
 * convention.ts   the types of a convention
 */
import type { Convention } from './convention.ts'

export type * from './convention.ts'

/**
 * Types an object as a convention, so that your editor completes it and marks mistakes. Returns the object unchanged.
 *
 * ```ts
 * export default defineConvention({ title: 'Protein Structures', … })
 * ```
 */
export const defineConvention = (convention: Convention): Convention => convention
