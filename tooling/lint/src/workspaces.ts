/** The workspaces of this repository, their manifests and their imports. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repository = join(dirname(fileURLToPath(import.meta.url)), '../../..')

export interface Workspace {
  readonly name: string
  readonly folder: string
  /** Includes optional dependencies. */
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
}

export const workspaces: readonly Workspace[] = globSync('{apps,packages,tooling}/*/package.json', {
  cwd: repository,
}).map((manifest) => {
  const {
    name,
    dependencies = {},
    optionalDependencies = {},
    devDependencies = {},
    peerDependencies = {},
  } = JSON.parse(readFileSync(join(repository, manifest), 'utf8'))
  return {
    name,
    folder: dirname(manifest),
    dependencies: { ...dependencies, ...optionalDependencies },
    devDependencies,
    peerDependencies,
  }
})

export interface Import {
  readonly file: string
  readonly specifier: string
  readonly typeOnly: boolean
}

const importStatement =
  /^\s*(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'|^\s*import\s+'([^']+)'|import\('([^']+)'\)/gm

/** Returns the imports in a workspace's source, without those of tests and test support unless `withTests` is set. */
export const importsOf = ({ folder }: Workspace, { withTests = false } = {}): Import[] =>
  globSync(`${folder}/src/**/*.ts`, { cwd: repository })
    .filter((file) => withTests || !(file.endsWith('.test.ts') || file.includes('/testing/')))
    .flatMap((file) =>
      [...readFileSync(join(repository, file), 'utf8').matchAll(importStatement)].map(
        ([, type, from, bare, dynamic]) => ({
          file,
          specifier: from ?? bare ?? dynamic ?? '',
          typeOnly: type !== undefined,
        }),
      ),
    )

/** Returns the package name (`@scope/name` or `name`) of an import, or null for relative and `node:` imports. */
export function packageOf(specifier: string): string | null {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return null
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
