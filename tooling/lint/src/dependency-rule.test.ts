import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { importsOf, packageOf, repository, workspaces } from './workspaces.ts'

/** The workspaces that each workspace may import at run time. Tooling may import anything, and only tooling imports it. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  '@osa/contract': [],
  '@osa/core': ['@osa/contract'],
  '@osa/api': ['@osa/contract', '@osa/core'],
  '@osa/db': ['@osa/contract', '@osa/core'],
  '@osa/server': ['@osa/contract', '@osa/core', '@osa/api', '@osa/db'],
  '@osa/sdk': ['@osa/contract'],
  '@osa/cli': ['@osa/sdk'],
}
/** Workspaces that may be imported for types only, which do not exist at run time. */
const allowedTypes: Readonly<Record<string, readonly string[]>> = { '@osa/sdk': ['@osa/api'] }

const ruled = workspaces.filter(({ name }) => name in allowed)

describe.each(ruled)('$name', (workspace) => {
  const imports = importsOf(workspace)

  test('imports only the workspaces that the dependency rule allows', () => {
    const foreign = imports.filter(({ specifier, typeOnly }) => {
      const name = packageOf(specifier)
      if (!name?.startsWith('@osa/') || name === workspace.name) return false
      if (allowed[workspace.name]?.includes(name)) return false
      return !(typeOnly && allowedTypes[workspace.name]?.includes(name))
    })
    expect(foreign).toEqual([])
  })

  test('declares every package that it imports, since hoisting could hide a missing one', () => {
    const declared = { ...workspace.dependencies, ...workspace.devDependencies, ...workspace.peerDependencies }
    const missing = importsOf(workspace, { withTests: true }).filter(({ specifier }) => {
      const name = packageOf(specifier)
      return name !== null && name !== workspace.name && !(name in declared) && !(`@types/${name}` in declared)
    })
    expect(missing).toEqual([])
  })
})

test('core uses no clock, environment, console, files, database or HTTP', () => {
  const core = ruled.find(({ name }) => name === '@osa/core')
  if (!core) throw new Error('no core')
  const imports = importsOf(core)
  const forbidden = /^(@trpc|hono|@hono|@mikro-orm|node:(fs|http|https|net|child_process|os))/
  expect(imports.filter(({ specifier }) => forbidden.test(specifier))).toEqual([])
  for (const file of new Set(imports.map(({ file }) => file))) {
    const code = readFileSync(join(repository, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
    expect(code, file).not.toMatch(/process\.env|console\.|Date\.now|new Date\(\)|Math\.random/)
  }
})

test('all workspaces use the same exact version of a package', () => {
  const versions = new Map<string, Set<string>>()
  for (const { dependencies, devDependencies } of workspaces) {
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      if (!name.startsWith('@osa/')) versions.set(name, (versions.get(name) ?? new Set()).add(version))
    }
  }
  for (const [name, found] of versions) {
    expect([...found], name).toHaveLength(1)
    expect([...found][0], name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/)
  }
})
