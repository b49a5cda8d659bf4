/** The command and the SDK as people install them: what their tarballs hold, and what comes with them. The node is packed by release.ts. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundledPackages as bundledInCli } from '../../../apps/cli/bundled-packages.ts'
import { installedWith, type LockedPackage } from './lock-file.ts'
import { repository } from './workspaces.ts'

export const publishedFolders = { '@osa/cli': 'apps/cli', '@osa/sdk': 'packages/sdk' } as const
export type PublishedName = keyof typeof publishedFolders

/** The files of the tarball that `npm publish` would send, by their paths in it. Needs `npm run build`. */
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
 * The packages whose code is in the tarball: what the bundler names above each module, and, since minified code has no such comments, what
 * its settings allow it to bundle (anything else fails the build).
 */
export function bundledPackages(name: PublishedName): string[] {
  const read = (file: string) => readFileSync(join(repository, publishedFolders[name], file), 'utf8')
  const named = tarballFiles(name)
    .filter((file) => /\.c?js$/.test(file))
    .flatMap((file) => [...read(file).matchAll(/^\/\/ \S*\bnode_modules\/((?:@[\w.-]+\/)?[\w.-]+)/gm)])
  const found = [...named.map(([, bundled = '']) => bundled), ...(name === '@osa/cli' ? bundledInCli : [])]
  return [...new Set(found)].sort()
}

/** What comes with it: bundled into its tarball, or installed beside it. */
export const partsOf = (name: PublishedName): LockedPackage[] =>
  installedWith(publishedFolders[name], bundledPackages(name))
