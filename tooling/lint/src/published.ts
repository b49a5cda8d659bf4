/** The two packages that people install from npm: what their tarballs hold. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundledPackages as bundledInCli } from '../../../apps/cli/bundled-packages.ts'
import { repository } from './workspaces.ts'

export const publishedFolders = { '@osa/cli': 'apps/cli', '@osa/sdk': 'packages/sdk' } as const
export type PublishedName = keyof typeof publishedFolders

/** The files of the tarball that `npm publish` would send, by their paths in it. Needs `npm run build`. */
export function tarballFiles(name: PublishedName): string[] {
  const cwd = join(repository, publishedFolders[name])
  const answer = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd, encoding: 'utf8' }),
  )
  const [tarball] = Object.values<{ files: { path: string }[] }>(answer)
  if (!tarball) throw new Error(`npm packs nothing for ${name}`)
  return tarball.files.map(({ path }) => path)
}

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
