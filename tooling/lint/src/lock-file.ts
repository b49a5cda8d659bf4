/** Reads from package-lock.json which packages are installed with which workspace. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './workspaces.ts'

type Names = Readonly<Record<string, string>>

export interface LockedPackage {
  /** The path where it is installed, such as `node_modules/zod`. */
  readonly path: string
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly integrity?: string
  readonly hasInstallScript?: true
}

type Entry = Omit<LockedPackage, 'path' | 'name'> & {
  readonly link?: true
  readonly resolved?: string
  readonly dependencies?: Names
  readonly devDependencies?: Names
  readonly optionalDependencies?: Names
  readonly peerDependencies?: Names
  readonly peerDependenciesMeta?: Readonly<Record<string, { optional?: boolean }>>
}

const entries: Readonly<Record<string, Entry>> = JSON.parse(
  readFileSync(join(repository, 'package-lock.json'), 'utf8'),
).packages

const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)

/** Every package in the lock file that comes from a registry. */
export const lockedPackages: readonly LockedPackage[] = Object.entries(entries)
  .filter(([path, { link }]) => path.includes('node_modules/') && !link)
  .map(([path, entry]) => ({ path, name: nameOf(path), ...entry }))

/**
 * Returns what npm installs with the package in `folder`: dependencies, optional ones for every platform, and required peers. `bundled`
 * are development dependencies whose code is part of the package. The dependencies of this repository's own packages are included, but
 * not those packages themselves.
 */
export function installedWith(folder: string, bundled: readonly string[] = []): LockedPackage[] {
  const found = new Map<string, Entry>()
  const follow = (path: string, names: readonly string[]): void => {
    for (const name of names) {
      const at = resolve(path, name)
      if (at === null || found.has(at)) continue
      const entry = entries[at] as Entry
      found.set(at, entry)
      follow(at, runtimeDependencies(entry))
    }
  }
  follow(folder, [...runtimeDependencies(entries[folder] as Entry), ...bundled])
  return [...found]
    .filter(([path]) => path.includes('node_modules/'))
    .map(([path, entry]) => ({ path, name: nameOf(path), ...entry }))
}

const runtimeDependencies = ({ dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta }: Entry) => [
  ...Object.keys({ ...dependencies, ...optionalDependencies }),
  ...Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta?.[name]?.optional),
]

/** Returns where Node.js finds `name` from `path`: in the nearest node_modules above it. Null for an optional package not in the lock file. */
function resolve(path: string, name: string): string | null {
  for (let from = path; ; from = from.slice(0, Math.max(from.lastIndexOf('/'), 0))) {
    const at = from === '' ? `node_modules/${name}` : `${from}/node_modules/${name}`
    const entry = entries[at]
    if (entry?.link) return entry.resolved ?? null
    if (entry) return at
    if (from === '') return null
  }
}
