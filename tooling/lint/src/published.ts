/** What the tarballs of the command and the SDK contain, and what is installed with them. release.ts packs the node. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundledPackages as bundledInCli } from '../../../apps/cli/bundled-packages.ts'
import { installedWith, type LockedPackage } from './lock-file.ts'
import { repository } from './workspaces.ts'

export const publishedFolders = { '@osa/cli': 'apps/cli', '@osa/sdk': 'packages/sdk' } as const
export type PublishedName = keyof typeof publishedFolders

/** Returns the paths of the files in the tarball that `npm publish` would send. Needs `npm run build`. */
export function tarballFiles(name: PublishedName): readonly string[] {
  const known = knownFiles.get(name)
  if (known) return known
  const cwd = join(repository, publishedFolders[name])
  const answer = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd, encoding: 'utf8' }),
  )
  const [tarball] = Object.values<{ files: { path: string }[] }>(answer)
  if (!tarball) throw new Error(`npm packs nothing for ${name}`)
  const files = tarball.files.map(({ path }) => path)
  knownFiles.set(name, files)
  return files
}

const knownFiles = new Map<PublishedName, readonly string[]>()

/**
 * Returns the packages whose code is in the tarball: those that the bundler names in a comment above each module and, since minified code
 * has no comments, those that the bundler's settings allow (bundling any other package fails the build).
 */
export function bundledPackages(name: PublishedName): string[] {
  const read = (file: string) => readFileSync(join(repository, publishedFolders[name], file), 'utf8')
  const named = tarballFiles(name)
    .filter((file) => /\.c?js$/.test(file))
    .flatMap((file) => [...read(file).matchAll(/^\/\/ \S*\bnode_modules\/((?:@[\w.-]+\/)?[\w.-]+)/gm)])
  const found = [...named.map(([, bundled = '']) => bundled), ...(name === '@osa/cli' ? bundledInCli : [])]
  return [...new Set(found)].sort()
}

/** Returns the packages that are bundled into its tarball or installed with it. */
export const partsOf = (name: PublishedName): LockedPackage[] =>
  installedWith(publishedFolders[name], bundledPackages(name))

/** Returns the packages whose code is in its tarball. */
export function bundledIn(name: PublishedName): LockedPackage[] {
  const bundled = bundledPackages(name)
  return partsOf(name).filter((part) => bundled.includes(part.name))
}
