/** The address of a convention, made from its title. */

/** Titles have at most 200 characters. Longer text is cut before it is normalised, which takes quadratic time for stacked marks. */
const maxTitleLength = 200

/** Returns lower-case ASCII words joined by `-`, at most 64 characters. Accents are dropped; all other characters separate words. */
export const slugOf = (title: string): string =>
  title
    .slice(0, maxTitleLength)
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
    .slice(0, 64)
    .replace(/-+$/, '')

export const isSlug = (text: string): boolean => /^[a-z][a-z0-9-]{2,63}$/.test(text)
