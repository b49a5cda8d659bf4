/**
 * Rules between several parts of a convention. zod skips such a rule while any of the parts is invalid; these rules always run, so that an
 * author sees all issues at once. The values that they check may therefore be of any type.
 */

/** Returns options for a `refine` that runs even when other checks have failed. */
export const crossField = <const Options extends { error: string; path?: string[] }>(options: Options) => ({
  ...options,
  when: () => true,
})

/** Returns the value under a key; undefined if `whole` is not an object. */
export const part = (whole: unknown, key: string): unknown =>
  typeof whole === 'object' && whole !== null ? (whole as Record<string, unknown>)[key] : undefined

/** Whether no two items have the same name. */
export function haveUniqueNames(items: unknown): boolean {
  const names = Array.isArray(items) ? textsOf(items.map((item) => part(item, 'name'))) : []
  return new Set(names).size === names.length
}

/** Whether the number under `leastKey` is at most the number under `mostKey`. True if either is not a number. */
export function isAscending(whole: unknown, leastKey: string, mostKey: string): boolean {
  const [least, most] = [part(whole, leastKey), part(whole, mostKey)]
  return typeof least !== 'number' || typeof most !== 'number' || least <= most
}

export const textsOf = (values: readonly unknown[]): string[] =>
  values.filter((value): value is string => typeof value === 'string')
