/** Which of two versions is newer, by Semantic Versioning. */

interface Version {
  numbers: readonly number[]
  isPrerelease: boolean
}

/** Null for what is no version. Build metadata says nothing about the order; prereleases of one version are not told apart. */
function parse(text: string): Version | null {
  const [, major, minor, patch, prerelease] =
    /^v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})(-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/.exec(text) ?? []
  if (major === undefined) return null
  return { numbers: [major, minor, patch].map(Number), isPrerelease: prerelease !== undefined }
}

/** Below 0 where `a` is the older one, above 0 where it is the newer one; 0 also where one of them is no version. */
export function compareVersions(a: string, b: string): number {
  const [one, other] = [parse(a), parse(b)]
  if (!one || !other) return 0
  for (const [index, number] of one.numbers.entries()) {
    const difference = number - (other.numbers[index] ?? 0)
    if (difference !== 0) return difference
  }
  return Number(other.isPrerelease) - Number(one.isPrerelease)
}

/** `0.3` of `0.3.1`, `2` of `2.1.0`: what stays the same while nothing is taken away from what there is. */
const compatible = (text: string): string => /^(0\.\d+|[1-9]\d*)/.exec(text)?.[0] ?? text

/** Whether two versions promise to work together; what is no version promises nothing, and breaks no promise. */
export const areCompatible = (a: string, b: string): boolean =>
  !parse(a) || !parse(b) || compatible(a) === compatible(b)
