/** Ids from outside: only one that could be a row's may reach a `uuid` column, which would refuse any other text with an error. */

const canonicalUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

export const isId = (text: string): boolean => canonicalUuid.test(text)
