/** The address of a convention, made from its title. */

/** What is looked at of a title, which has 200 characters at most: normalising takes quadratic time where marks are piled up. */
const maxTitleLength = 200

/** Lower-case ASCII words joined by `-`, at most 64 characters; accents are dropped, everything else separates words. */
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
