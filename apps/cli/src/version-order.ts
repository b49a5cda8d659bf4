/** Compares versions by the rules of Semantic Versioning. */

interface Version {
  numbers: readonly number[]
  isPrerelease: boolean
}

/** Returns null if the text is not a version. Build metadata does not affect the order; prereleases of the same version count as equal. */
function parse(text: string): Version | null {
  const [, major, minor, patch, prerelease] =
    /^v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})(-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/.exec(text) ?? []
  if (major === undefined) return null
  return { numbers: [major, minor, patch].map(Number), isPrerelease: prerelease !== undefined }
}

/** Returns a number below 0 if `a` is older, above 0 if it is newer; 0 if they are equal or one of them is not a version. */
export function compareVersions(a: string, b: string): number {
  const [one, other] = [parse(a), parse(b)]
  if (!one || !other) return 0
  for (const [index, number] of one.numbers.entries()) {
    const difference = number - (other.numbers[index] ?? 0)
    if (difference !== 0) return difference
  }
  return Number(other.isPrerelease) - Number(one.isPrerelease)
}

/** `0.3` of `0.3.1`, `2` of `2.1.0`: the part that changes only with incompatible releases. */
const compatible = (text: string): string => /^(0\.\d+|[1-9]\d*)/.exec(text)?.[0] ?? text

/** Whether two versions promise to work together. True if one of them is not a version: then nothing is known to be wrong. */
export const areCompatible = (a: string, b: string): boolean =>
  !parse(a) || !parse(b) || compatible(a) === compatible(b)
