/**
 * Rules that hold between several parts of a convention. zod skips such a rule while any of the parts is wrong; these are told together with
 * everything else, so that nobody sees one only after fixing the rest. What they look at may therefore be anything at all.
 */

/** Options of a `refine` that is told whatever else is wrong. */
export const across = <const Told extends { error: string; path?: string[] }>(told: Told) => ({
  ...told,
  when: () => true,
})

/** What an object has under a key; undefined when it is no object. */
export const part = (whole: unknown, key: string): unknown =>
  typeof whole === 'object' && whole !== null ? (whole as Record<string, unknown>)[key] : undefined

/** Whether no two items have the same name. */
export function haveOwnNames(items: unknown): boolean {
  const names = Array.isArray(items) ? textsOf(items.map((item) => part(item, 'name'))) : []
  return new Set(names).size === names.length
}

/** Whether the number under one key is at most the number under another. */
export function isAscending(whole: unknown, leastKey: string, mostKey: string): boolean {
  const [least, most] = [part(whole, leastKey), part(whole, mostKey)]
  return typeof least !== 'number' || typeof most !== 'number' || least <= most
}

export const textsOf = (values: readonly unknown[]): string[] =>
  values.filter((value): value is string => typeof value === 'string')
