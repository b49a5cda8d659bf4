/**
 * @osa/sdk/convention: what an `osa.config.ts` imports. Types, and one function that answers its argument: nothing is checked here, so that
 * importing it costs nothing. `osa deploy` checks the whole file and lists every issue.
 *
 * convention.ts   the types of a convention
 */
import type { Convention } from './convention.ts'

export type * from './convention.ts'

/**
 * Says that an object is a convention, so that an editor completes it and points at what does not fit.
 *
 * ```ts
 * export default defineConvention({ title: 'Protein Structures', … })
 * ```
 */
export const defineConvention = (convention: Convention): Convention => convention
